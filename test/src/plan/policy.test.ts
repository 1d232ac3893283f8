import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, planning, record, service } from './fixtures';

const { container } = service('web');
const web = service('web', { container: { ...container, privileged: true, pid: 'host' } });
const wanted = record('aaa', environment([web]));

test('M3: without a policy the plan tells approvers what reaches the host; with one, that has been judged', () => {
  const told = 'service web reaches beyond a plain container: pid host, privileged true';
  expect(planRollout(planning({ wanted })).warnings).toContain(told);
  expect(planRollout(planning({ wanted, hasPolicy: true })).warnings).not.toContain(told);
});

test('a gate of the policy is part of what is approved: when it changes, people are asked again', () => {
  const gate = { from: ['ana', 'ben'], count: 2, starterMay: false, timeoutMs: 1 };
  expect(planRollout(planning({ wanted, gates: [gate] })).before).toEqual(['approval by 2 of ana, ben']);
  expect(planRollout(planning({ wanted })).before).toEqual([]);
});
