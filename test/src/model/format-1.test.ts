import { readScope, readTargets } from '../../../src/model/format-1';

test('an operation of format 1 names its host, which is the target of today', () => {
  const scope = { app: 'shop' };
  expect(readScope({ name: 'pullImage', host: 'web-1', release: 'aaa', scope })).toEqual({
    name: 'pullImage',
    target: 'web-1',
    release: 'aaa',
    scope,
  });
});

test("today's form is read as it is", () => {
  const step = { operation: { name: 'pullImage' }, targets: ['web-1'] };
  expect(readTargets(step)).toBe(step);
  expect(readTargets({ hosts: ['web-1'] })).toEqual({ targets: ['web-1'] });
});
