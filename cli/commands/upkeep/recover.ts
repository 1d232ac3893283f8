import { type Command, InvalidArgumentError } from 'commander';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { Rebuilt, Recovery } from '../../../src/model/environment/rebuilt';
import { choose } from '../../../src/model/environment/recovery';
import { confirm } from '../../confirm';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { who, withWho } from '../../local/who';
import { note } from '../../print/terminal/output';
import { table } from '../../print/terminal/table';
import { dateTime } from '../../print/terminal/time';
import { type ProjectOptions, readProject, withProject } from '../../project';
import { breakLines } from '../environment/history';

interface Options extends ProjectOptions {
  current: Record<string, string>;
  reason: string;
  yes?: boolean;
}

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('[app]', 'the application (default: that of the manifest)')
    .option('--current <environment=release>', 'what an environment is on, where ledger and hosts differ', collect, {})
    .option('--reason <text>', 'why; it is kept in the ledger', 'Temporal’s data was lost')
    .option('--yes', 'without being asked')
    .addHelpText(
      'after',
      examples('windlass recover', 'windlass recover shop --current production=3f2a91c0de --yes') +
        '\n\nFor when Temporal’s data is lost. It rebuilds what Temporal knew of the environments from the ledger, the release' +
        '\nrecords and the hosts. It starts, stops and removes nothing there. Releases that were under way begin again: windlass release.',
    );
  action(command, recover);
}

function collect(text: string, all: Record<string, string>): Record<string, string> {
  const [environment = '', release = ''] = text.split('=');
  if (!environment || !release) throw new InvalidArgumentError('Expected ENVIRONMENT=RELEASE.');
  return { ...all, [environment]: release };
}

async function recover(name: string | undefined, options: Options): Promise<CommandResult> {
  const project = await readProject(name === undefined ? options : { ...options, app: name });
  const { app } = project;
  const by = await who(options);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const { carryOutRecovery } = await import('../../temporal/recovery');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'recover', { app, registry: project.registry });
    note(...recoveryLines(app, found));
    if (found.environments.length === 0) return { json: { found, done: [] }, lines: ['There is nothing to recover.'] };
    const states = found.environments.map((one) => decide(one, options.current[one.state.environment]));
    await requireConsent(found, options);
    const done = await carryOutRecovery(temporal, { app, states, by, reason: options.reason });
    return {
      json: { found, done },
      lines: [...done, 'No host was touched. How it stands: windlass status --observed'],
    };
  });
}

/** What was found: each environment, what could not be found out, and what is wrong with the ledger that it rests on. */
export function recoveryLines(app: string, { environments, known, ledger }: Recovery): string[] {
  const rows = environments.map(({ state: { environment, current, committed, frozen, interrupted }, choices }) => [
    environment,
    choices ? choices.map(({ release }) => release).join(' or ') : (current?.release ?? 'nothing'),
    current ? dateTime(current.at) : '',
    committed
      .slice(1)
      .map(({ release }) => release)
      .join(', '),
    [frozen && `frozen by ${frozen.by}`, interrupted].filter(Boolean).join('; '),
  ]);
  return [
    ...known.map((environment) => `${environment} of ${app} is known to Temporal, and stays as it is.`),
    ...(rows.length > 0 ? table(['environment', 'on', 'since', 'can go back to', ''], rows) : []),
    ...environments.flatMap(({ state: { environment }, notes }) => notes.map((line) => `${environment}: ${line}`)),
    ...breakLines(ledger.breaks),
  ];
}

/** What contradicts itself is for a person to say. */
function decide(rebuilt: Rebuilt, said: string | undefined): EnvironmentState {
  const { state, choices } = rebuilt;
  if (!choices) return state;
  const { environment, current } = state;
  const known = choices.map(({ release }) => release).join(' or ');
  const chosen = said === undefined ? undefined : choose(rebuilt, said);
  if (chosen) return chosen;
  const ledger = `The ledger says that ${environment} is on ${current?.release ?? 'nothing'}, and the hosts have something else.`;
  throw new UserError(
    said === undefined ? ledger : `--current ${environment}=${said}: expected ${known}. ${ledger}`,
    undefined,
    `Say what it is on, ${known}: --current ${environment}=RELEASE\nThe next rollout takes the other one away.`,
  );
}

async function requireConsent({ ledger }: Recovery, { yes }: Options): Promise<void> {
  if (yes) return;
  const question = ledger.breaks.length > 0 ? 'Recover them, from a ledger that was changed?' : 'Recover them?';
  if (await confirm(question, 'To recover them without being asked: --yes')) return;
  throw new UserError('Nothing was recovered.');
}
