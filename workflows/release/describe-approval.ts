import { gatesIn, missingFor, type Decision, type OpenQuestion } from '../../src/model/approval/decision';
import { shortHash } from '../../src/model/approval/plan-hash';
import type { PlanSummary } from '../../src/model/environment/progress';
import type { ReleaseRequest } from '../../src/model/release';
import { NAMESPACE, stateThat, textToSign } from '../../src/model/approval/statement';
import { workflowInfo } from '@temporalio/workflow';
import { at, block, command, list, page, plain } from '../shared/show';

/** A question to approvers: what is still needed, what will change, and how to decide by command, or by Temporal's UI alone. */
export function describeApproval(
  request: ReleaseRequest,
  open: OpenQuestion,
  summary: PlanSummary,
  { until, notices }: { until: number; notices: string[] },
): string {
  const needs = gatesIn(open).map((gate) => `${missingFor(gate, open)} of ${plain(gate.from.join(', '))}`);
  return page(
    `**Needs ${needs.join(', and by the gate of the current release or of the policy ')}**, until ${at(until)}.`,
    open.signing && 'Decisions count with a signature only, by a key that the policy lists for the person.',
    list([
      ...open.decisions.map(({ by, decision }) => `${plain(by)}: ${decision}`),
      ...notices.map((notice) => `refused: ${plain(notice)}`),
    ]),
    '### What will change',
    `${summary.from ?? 'nothing'} → **${summary.release ?? 'nothing'}**, ${summary.strategy}, ${summary.steps} steps`,
    list([...summary.warnings.map((warning) => `⚠ ${plain(warning)}`), ...summary.changes.map(plain)]),
    '### To decide',
    decisionCommand(request, open, 'approve'),
    decisionCommand(request, open, 'reject'),
    ...(open.signing ? describeSigning(request, open, until) : []),
    'or *More Actions*, *Send a Signal* `decision` with',
    block(JSON.stringify(payload(open, until), undefined, 2)),
  );
}

function decisionCommand({ app, release }: ReleaseRequest, open: OpenQuestion, word: Decision['decision']): string {
  const { environment, plan } = open;
  const reason = word === 'reject' ? ["--reason '…'"] : [];
  return command(`windlass ${word} ${release} ${environment}`, `--app ${app} --plan ${shortHash(plan)}`, ...reason);
}

/** For who has no windlass at hand: the line to sign, and with what. */
function describeSigning({ app, release }: ReleaseRequest, open: OpenQuestion, until: number): string[] {
  const { environment, plan, signing } = open;
  const { record = '', nonce = '' } = signing ?? {};
  const expires = new Date(until).toISOString();
  const statement = stateThat({
    installation: workflowInfo().taskQueue,
    app,
    environment,
    release,
    record,
    plan,
    decision: 'approve',
    by: 'YOU',
    reason: '',
    nonce,
    expires,
  });
  return [
    `or sign this line, with your name in place of YOU, by \`ssh-keygen -Y sign -n ${NAMESPACE} -f KEY\``,
    block(textToSign(statement).trim()),
  ];
}

function payload({ environment, plan, signing }: OpenQuestion, until: number) {
  const decision = { environment, plan, decision: 'approve', by: 'YOU', reason: '', id: 'A-NEW-ID' };
  if (!signing) return decision;
  const signature = '-----BEGIN SSH SIGNATURE-----…';
  return { ...decision, signed: { nonce: signing.nonce, expires: new Date(until).toISOString(), signature } };
}
