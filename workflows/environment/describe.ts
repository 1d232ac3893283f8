import type { EnvironmentState, RolloutRequest } from '../../src/model/environment/environment';
import { rolloutId } from '../../src/model/names';
import { at, command, link, list, page, plain, quote } from '../shared/show';

/** An environment: its release, its rollout, and what holds it. */
export function describeEnvironment(state: EnvironmentState, question?: string): string {
  const {
    app,
    environment,
    current,
    committed,
    running,
    queue,
    frozen,
    interrupted,
    lastOutcome,
    excluded = [],
  } = state;
  const what = ({ kind, record, by }: RolloutRequest) =>
    `${kind} to ${record?.release ?? 'nothing'}, requested by ${plain(by)}`;
  return page(
    `## ${app} ${environment}: ${current ? `on ${current.release}` : 'nothing released yet'}`,
    current && `Since ${at(current.at)}, requested by ${plain(current.by)}.`,
    interrupted &&
      page(quote(`Interrupted: ${interrupted}`), 'It returns to the recorded release before anything else.'),
    frozen &&
      page(
        quote(`Frozen by ${frozen.by} since ${at(frozen.at)}: ${frozen.reason}`),
        'Only rollbacks start or continue. To thaw it:',
        command(`windlass thaw ${environment} --app ${app}`, "--reason '…'"),
      ),
    excluded.length > 0 &&
      page(
        '### Excluded hosts',
        list(
          excluded.map(
            ({ host, by, reason, at: when }) => `${plain(host)}, by ${plain(by)} since ${at(when)}: ${plain(reason)}`,
          ),
        ),
        'The next rollout that reaches one of them updates it.',
      ),
    running && `**In progress:** ${what(running)}: ${link(rolloutId(app, environment), running.runId)}`,
    question && page(quote(question), 'The rollout needs an operator; see it for the answers.'),
    queue.length > 0 && page('### Waiting', list(queue.map(what))),
    committed.length > 1 &&
      page(
        '### Earlier releases to go back to',
        list(committed.slice(1).map((one) => `${one.release}, of ${at(one.at)}`)),
      ),
    lastOutcome && `Last: ${lastOutcome.release ?? 'nothing'} ${plain(lastOutcome.what)}, ${at(lastOutcome.at)}.`,
    'This workflow runs one rollout at a time and never ends. Do not terminate it.',
  );
}
