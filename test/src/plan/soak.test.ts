import type { Verification } from '../../../src/manifest/kinds';
import { describeOperation, waitOf, workOf } from '../../../src/model/plan';
import { soak } from '../../../src/plan/soak';
import { VERIFICATIONS, type VerificationTraits } from '../../../src/model/verification';
import { environment, service } from './fixtures';

const on = (name: string, runs: Record<string, number>) => ({
  kind: 'docker' as const,
  name,
  address: name,
  runs,
});
const check: Verification = { kind: 'run', service: 'api', command: ['ok'], within: 1_000, title: 'errors' };
const after = environment([service('web'), service('api')], {
  targets: [on('a', { web: 1 }), on('b', { api: 1 }), on('c', { api: 1 })],
  verifications: [check],
  soakMs: 60_000,
});

/** The verification's operations, where its kind has these traits. */
function verifyAs(traits: VerificationTraits) {
  const replaced = jest.replaceProperty(VERIFICATIONS, 'run', traits);
  try {
    return soak(after, 'bbb').flatMap(({ operation }) => (operation.name === 'verify' ? [operation] : []));
  } finally {
    replaced.restore();
  }
}
const places = (traits: VerificationTraits) => verifyAs(traits).map(({ target }) => target);

test('a verification says where it runs', () => {
  expect(places({ where: 'every-target' })).toEqual(['b', 'c']);
  expect(places({ where: 'one-target' })).toEqual(['b']);
  expect(places({ where: 'once' })).toEqual(['a']);
});

test('one that judges over the soak knows how long that is, and may take that long', () => {
  const [atOnce] = verifyAs({ where: 'once' });
  const [over] = verifyAs({ where: 'once', over: 'soak' });
  expect([workOf(atOnce!), waitOf(atOnce!)]).toEqual(['long', 0]);
  expect([workOf(over!), waitOf(over!)]).toEqual(['wait', 60_000]);
  expect(describeOperation(over!)).toBe('verify #1 errors on a');
});
