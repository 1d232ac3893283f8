import { isSamePlan, shortHash, wholeHash } from '../../../src/model/approval/plan-hash';
import { type OpenQuestion, refuseDecision, withWholePlan } from '../../../src/model/approval/decision';

const plan = `9f86d081884c${'0'.repeat(52)}`;
const other = `9f86d081884c${'1'.repeat(52)}`;

test.each([
  ['9f86d081884c', plan],
  [plan, plan],
  [plan.slice(0, 20), plan],
  ['9f86', '9f86'],
  ['0000d081884c', '0000d081884c'],
  [other, other],
])('typed %s stands for %s', (typed, meant) => expect(wholeHash(typed, plan)).toBe(meant));

test('plans with the same first digits are two plans', () => {
  expect(shortHash(other)).toBe(shortHash(plan));
  expect(isSamePlan(plan, other)).toBe(false);
  expect(isSamePlan(plan, plan)).toBe(true);
});

test('what an earlier windlass kept is the plan that has these digits', () => {
  expect(isSamePlan(shortHash(plan), plan)).toBe(true);
  expect(isSamePlan(shortHash(plan), shortHash(plan))).toBe(true);
  expect(isSamePlan(plan.slice(0, 11), plan)).toBe(false);
  expect(isSamePlan(plan.slice(0, 13), plan)).toBe(false);
  expect(isSamePlan('', plan)).toBe(false);
});

test('a decision counts for the digits that are shown, and not for a plan that shares them', () => {
  const policy = { from: ['ana'], count: 1, starterMay: false, timeoutMs: 1 };
  const open: OpenQuestion = { environment: 'production', plan, policy, startedBy: 'ci', decisions: [] };
  const decision = { environment: 'production', decision: 'approve', by: 'ana', id: '1' } as const;
  const typed = withWholePlan(open, { ...decision, plan: shortHash(plan) });
  expect(typed.plan).toBe(plan);
  expect(refuseDecision(open, typed)).toBeUndefined();
  expect(refuseDecision(open, withWholePlan(open, { ...decision, plan: other }))).toMatch(/is about 9f86d081884c1111/);
});
