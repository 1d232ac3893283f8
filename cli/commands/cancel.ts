import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import { type ProjectOptions, readProject, withProject } from '../project';

interface Options extends ProjectOptions {
  reason: string;
  wait: boolean;
}

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<release>', 'the release that is in progress')
    .requiredOption('--reason <text>', 'why; it is kept in the ledger')
    .option('--no-wait', 'do not wait until everything is undone')
    .addHelpText('after', examples("windlass cancel 3f2a91c0de --reason 'the wrong branch'"));
  does(command, cancel);
}

async function cancel(release: string, options: Options): Promise<Answer> {
  const { app } = await readProject(options);
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { sendCancel, releaseHandle } = await import('../temporal/release');
  const { follow } = await import('../temporal/carry-out-release');
  return withTemporal(async (temporal) => {
    const said = await sendCancel(temporal, app, release, by, options.reason);
    if (!options.wait) return { json: { app, release, said }, lines: [said] };
    note(said);
    return follow(
      temporal,
      { release, app, handle: releaseHandle(temporal, app, release) },
      { until: 'done', json: options.json },
    );
  });
}
