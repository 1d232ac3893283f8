import {
  type ApprovalPolicy,
  type Decision,
  missingFor,
  type OpenQuestion,
  refuseDecision,
  verdict,
  whyNever,
} from '../../../src/model/approval/decision';
import { describeGateChange, gatesOf } from '../../../src/model/approval/gate';

const gate = (from: string[], count = 1, starterMay = false): ApprovalPolicy => ({
  from,
  count,
  starterMay,
  timeoutMs: 1_000,
});
const approve = (by: string): Decision => ({
  environment: 'production',
  plan: 'abc',
  decision: 'approve',
  by,
  id: by,
});
const question = (policy: ApprovalPolicy, also?: ApprovalPolicy, ...by: string[]): OpenQuestion => ({
  environment: 'production',
  plan: 'abc',
  policy,
  ...(also && { also: [also] }),
  startedBy: 'ci',
  decisions: by.map(approve),
});

test.each<[string, ApprovalPolicy | undefined, ApprovalPolicy | undefined, ApprovalPolicy[]]>([
  ['nobody asks', undefined, undefined, []],
  ['the first release', undefined, gate(['ana']), [gate(['ana'])]],
  ['a release that drops the gate', gate(['ana']), undefined, [gate(['ana'])]],
  ['the same gate in another order', gate(['ana', 'ben']), gate(['ben', 'ana']), [gate(['ben', 'ana'])]],
  ['a release that names itself', gate(['ana']), gate(['eve']), [gate(['eve']), gate(['ana'])]],
  ['a lower count', gate(['ana', 'ben'], 2), gate(['ana', 'ben']), [gate(['ana', 'ben']), gate(['ana', 'ben'], 2)]],
  ['the starter may', gate(['ana']), gate(['ana'], 1, true), [gate(['ana'], 1, true), gate(['ana'])]],
])('the gates of a release: %s', (_, current, next, gates) => expect(gatesOf(current, next)).toEqual(gates));

test('both gates are passed, or neither', () => {
  const [own, current] = [gate(['eve']), gate(['ana', 'ben'], 2)];
  expect(verdict(question(own, current, 'eve'))).toBe('open');
  expect(verdict(question(own, current, 'eve', 'ana'))).toBe('open');
  expect(verdict(question(own, current, 'ana', 'ben'))).toBe('open');
  expect(verdict(question(own, current, 'eve', 'ana', 'ben'))).toBe('approved');
  expect(missingFor(current, question(own, current, 'eve'))).toBe(2);
});

test('one person who is in both gates passes both', () =>
  expect(verdict(question(gate(['ana', 'eve']), gate(['ana']), 'ana'))).toBe('approved'));

test('the starter counts only for a gate that lets him', () => {
  const open = question(gate(['ci'], 1, true), gate(['ci', 'ana']));
  expect(refuseDecision(open, approve('ci'))).toBeUndefined();
  expect(verdict({ ...open, decisions: [approve('ci')] })).toBe('open');
  expect(verdict({ ...open, decisions: [approve('ci'), approve('ana')] })).toBe('approved');
});

test('a gate that can never be passed says so', () => {
  expect(whyNever(question(gate(['ana', 'ci'], 2)))).toBe(
    'production needs 2 approvals of ana, ci, and ci, who started the release, may not approve it. Have somebody else start it, or add people under approval.from',
  );
  expect(whyNever(question(gate(['ana', 'ben'], 2)))).toBeUndefined();
});

test('the plan says how the gate changes', () => {
  const before = { approval: gate(['ben', 'ana'], 2), operators: ['ops'] };
  expect(describeGateChange(before, { ...before })).toEqual([]);
  expect(describeGateChange(undefined, before)).toEqual([]);
  expect(describeGateChange(before, {})).toEqual([
    'the gate changes: approval by 2 of ana, ben → no approval. Both apply to this release',
    'the operators change: ops → anybody',
  ]);
});
