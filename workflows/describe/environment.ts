import type { EnvironmentState, RolloutRequest } from '../../src/model/environment';
import { rolloutId } from '../../src/model/names';
import { at, command, link, list, page, plain, quote } from '../show';

/** An environment: what is there, and what keeps it busy or holds it. */
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
    `${kind} to ${record?.release ?? 'nothing'}, asked for by ${plain(by)}`;
  return page(
    `## ${environment} of ${app}: ${current ? `on ${current.release}` : 'nothing is there yet'}`,
    current && `Since ${at(current.at)}, asked for by ${plain(current.by)}.`,
    interrupted &&
      page(quote(`Interrupted: ${interrupted}`), 'Before anything else it is taken back to what is recorded.'),
    frozen &&
      page(
        quote(`Frozen by ${frozen.by} since ${at(frozen.at)}: ${frozen.reason}`),
        'Nothing but a rollback starts or goes on. To let it go on:',
        command(`windlass thaw ${environment} --app ${app}`, "--reason '…'"),
      ),
    excluded.length > 0 &&
      page(
        '### Left out',
        list(
          excluded.map(
            ({ host, by, reason, at: when }) => `${plain(host)}, by ${plain(by)} since ${at(when)}: ${plain(reason)}`,
          ),
        ),
        'The next rollout that finds one of them back brings it level.',
      ),
    running && `**Under way:** ${what(running)}: ${link(rolloutId(app, environment), running.runId)}`,
    question && page(quote(question), 'An operator is asked; what can be answered, and how, stands in the rollout.'),
    queue.length > 0 && page('### Waiting', list(queue.map(what))),
    committed.length > 1 &&
      page('### What it can go back to', list(committed.slice(1).map((one) => `${one.release}, of ${at(one.at)}`))),
    lastOutcome && `Last: ${lastOutcome.release ?? 'nothing'} ${plain(lastOutcome.what)}, ${at(lastOutcome.at)}.`,
    'It admits one rollout at a time, and never ends. Do not terminate it.',
  );
}
