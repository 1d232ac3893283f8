import { parsePolicy } from '../../../src/policy/parse';
import {
  keysOfPerson,
  needsSignatures,
  policyGates,
  policyOperators,
  rulesFor,
} from '../../../src/policy/judge/rules-for';

const policy = parsePolicy(
  'policy.yaml',
  `
people: { ana: [], ben: [], ops: [] }
rules:
  - apps: ['*']
    operators: [ops]
  - apps: [shop-*]
    environments: [prod*]
    approval: { from: [ana, ben], count: 2 }
    operators: [ana]
  - apps: [shop-eu]
    approval: { from: [ops], starter: may }
`,
).policy!;
const at = (app: string, environment: string) => ({ app, environment });

test('all rules that match hold together', () => {
  expect(rulesFor(policy, at('shop-eu', 'production')).map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(rulesFor(policy, at('shop-us', 'staging')).map(({ index }) => index)).toEqual([0]);
  expect(policyGates(policy, at('shop-eu', 'production'))).toEqual([
    { from: ['ana', 'ben'], count: 2, starterMay: false },
    { from: ['ops'], count: 1, starterMay: true },
  ]);
  expect(policyGates(policy, at('other', 'production'))).toEqual([]);
  expect(policyOperators(policy, at('shop-eu', 'production'))).toEqual(['ops', 'ana']);
});

test('who is no person has no key, and no policy of persons none', () => {
  expect(keysOfPerson(policy, 'toString')).toEqual([]);
  expect(needsSignatures(policy, at('shop-eu', 'production'))).toBe(false);
  const open = parsePolicy('policy.yaml', 'rules: [{ apps: [a], signed: true }]').policy!;
  expect(needsSignatures(open, at('a', 'x'))).toBe(true);
  expect(policyOperators(open, at('a', 'x'))).toBeUndefined();
});
