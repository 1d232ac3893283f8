import { describeSource, isSameValue } from '../../../src/model/container/secret';
import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, planning, record, service } from './fixtures';

const [one, other, ofOtherKey] = ['11111111-aaaaaaaaaaaa', '11111111-bbbbbbbbbbbb', '22222222-aaaaaaaaaaaa'];
const web = service('web');
const wanted = record('aaa', environment([web], { secrets: { DB: { env: 'DB' }, KEY: { env: 'KEY' } } }));
const current = record('bbb', environment([web], { secrets: { DB: { file: '/db' }, KEY: { env: 'KEY' } } }));
const plan = (kind: 'release' | 'rollback', ran: Record<string, Record<string, string>>) =>
  planRollout(planning({ kind, wanted, current, secrets: { now: { DB: one, KEY: one }, ran } }));

test('a release changes the values that differ from what runs, by name', () => {
  const { changes, warnings } = plan('release', { bbb: { DB: other, KEY: one } });
  expect(changes).toEqual([
    'secrets.DB: file /db → env DB',
    'secrets.DB: its value has changed since bbb was committed',
  ]);
  expect(warnings).toEqual([]);
});

test('a rollback gets the values of today, and names those that its release ran without', () => {
  const { warnings } = plan('rollback', { aaa: { DB: one, KEY: other }, bbb: { DB: one, KEY: one } });
  expect(warnings).toEqual(["secret KEY: aaa ran with another value and now gets today's"]);
});

test('a plan holds no hash, and nothing is said of what cannot be compared', () => {
  const planned = plan('rollback', { aaa: { DB: ofOtherKey, KEY: one } });
  expect(planned.warnings).toEqual([]);
  expect(JSON.stringify(planned)).not.toMatch(/aaaaaaaaaaaa|11111111/);
  expect([
    isSameValue(one, one),
    isSameValue(one, other),
    isSameValue(one, ofOtherKey),
    isSameValue(one, undefined),
  ]).toEqual([true, false, undefined, undefined]);
});

test.each([
  [{ env: 'TOKEN' }, 'env TOKEN'],
  [{ file: '/run/token' }, 'file /run/token'],
  [{ exec: ['op', 'read', 'op://a/b'] }, 'exec op read op://a/b'],
])('%j in words', (source, words) => expect(describeSource(source)).toBe(words));
