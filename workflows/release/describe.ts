import type { ReleaseProgress, StageProgress } from '../../src/model/environment/progress';
import type { ReleaseRequest } from '../../src/model/release';
import { at, link, list, page, plain } from '../shared/show';
import { describeTrouble } from '../shared/describe-trouble';

/** A release. `details` explains what it waits for. */
export function describeRelease(request: ReleaseRequest, progress: ReleaseProgress, details?: string): string {
  const { app, release, source, startedBy } = request;
  const { failure, stages, warnings, status } = progress;
  return page(
    `## ${app} ${release} ${headline(progress)}`,
    failure && describeTrouble(failure),
    details,
    stages.length > 0 && '### Stages',
    list(stages.map(describeStage)),
    '### About this release',
    list([
      `release ${release} of ${app}, started by ${plain(startedBy)}`,
      `commit \`${source.commit}\` of ${plain(source.url)}`,
      ...warnings.map((warning) => `⚠ ${plain(warning)}`),
    ]),
    status === 'running' &&
      `To stop it and undo what it did: \`windlass cancel ${release} --app ${app} --reason '…'\`, or *Request Cancellation* above. Never terminate it, because then nothing is undone.`,
  );
}

function headline({ status, waitingFor, stages }: ReleaseProgress): string {
  const stage = stages.at(-1);
  if (status === 'done') return 'is done';
  if (status !== 'running') return `${ENDINGS[status]}${stage ? ` at ${stage.environment ?? stage.name}` : ''}`;
  switch (waitingFor?.kind) {
    case 'approval':
      return `waits for approval of ${waitingFor.environment}`;
    case 'operator':
      return `needs an operator for ${waitingFor.environment}`;
    case 'queue':
      return `waits for its turn in ${waitingFor.environment}`;
  }
  if (!stage) return 'starts';
  if (stage.environment === stage.name) return `is rolling out to ${stage.environment}`;
  return DOINGS[stage.name] ?? `prepares to ${stage.name}`;
}

const ENDINGS = { failed: 'failed', rejected: 'was rejected', cancelled: 'was cancelled' };

const DOINGS: Record<string, string> = {
  source: 'is read from its commit',
  build: 'is built',
  push: 'is pushed',
  record: 'is recorded',
};

const MARKS: Record<StageProgress['state'], string> = {
  running: '▶',
  done: '✔',
  failed: '✖',
  cancelled: '✖',
  rejected: '✖',
  skipped: '↷',
};

function describeStage({ name, state, detail, rollout, startedAt, endedAt }: StageProgress): string {
  const spent = endedAt === undefined ? `since ${at(startedAt)}` : `${((endedAt - startedAt) / 1_000).toFixed(1)} s`;
  const cameBack = state === 'failed' || state === 'cancelled';
  const said = [
    detail && plain(detail),
    rollout && `${cameBack ? 'undone: ' : ''}${link(rollout.workflowId, rollout.runId)}`,
  ];
  return `${MARKS[state]} **${name}** ${[state, ...said.filter(Boolean)].join(', ')} (${spent})`;
}
