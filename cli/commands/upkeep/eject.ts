import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Planned } from '../../../src/model/inspection';
import { confirm } from '../../confirm';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { describeFailure } from '../../../src/model/failure';
import { detailOfRequest, ofRecord } from '../../../src/model/approval/statement-parts';
import { note } from '../../print/terminal/output';
import { painted } from '../../print/terminal/painted';
import { planLines } from '../../print/plan';
import { type Project, type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';
import { commandOf, type HandOver } from '../../../src/model/environment/hand-over';

interface Options extends ProjectOptions, SignOptions {
  start?: boolean;
  yes?: boolean;
  reason: string;
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the environment to take back')
    .option('--start', 'restart what docker compose or a stack ran before windlass')
    .option('--reason <text>', 'why; recorded in the ledger', 'no reason given')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('windlass eject production', 'windlass eject production --start --yes') +
        '\n\nStops and removes everything windlass runs for the environment; on Kubernetes, where nothing of windlass is needed, everything runs on. ' +
        'Keeps every volume and whatever docker compose or a stack made. ' +
        'Shows the plan, asks, and prints the command that takes over; on a swarm and on Kubernetes it writes the file for it.',
    );
  action(command, eject);
}

async function eject(environment: string, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal(async (temporal) => {
    const startComposed = options.start ?? false;
    const planned = await inspect(temporal, 'eject', { app, environment, startComposed });
    if ('refused' in planned)
      return { json: planned, lines: [`No plan: ${describeFailure(planned.refused)}`], exit: EXIT.input };
    note(...painted(planLines(planned.plan)));
    if (!options.yes && !(await confirm(`Leave windlass on ${environment}?`, 'To do it without a question: --yes')))
      return { json: { ejected: false }, lines: ['Nothing was changed.'], exit: EXIT.input };
    const { carryOutEject } = await import('../../temporal/carry-out/eject');
    const { readEnvironment } = await import('../../temporal/environment');
    const { current } = (await readEnvironment(temporal, app, environment)) ?? {};
    const { reason } = options;
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const about = { app, environment, ...ofRecord(current?.record), plan: planned.hash };
    const detail = detailOfRequest({ startComposed });
    const signed = await sign({ ...about, decision: 'eject', detail, reason }, AN_HOUR);
    const who = { by, reason, ...(signed && { signed }) };
    const input = { app, environment, startComposed, ...who, approved: approvalOf(planned) };
    return carryOutEject(temporal, input, () => takeOverLines(project, planned.handOver), options.json);
  });
}

/** Carries out only the plan that was shown; refuses another one. */
const approvalOf = ({ plan, hash }: Exclude<Planned, { refused: unknown }>) => ({
  hash,
  before: plan.before,
  changes: plan.changes,
});

/** The command that takes over. What it needs is written into this folder, unless something of that name is there. */
function takeOverLines({ compose = [] }: Project, handOver: HandOver | undefined): string[] {
  if (!handOver) return [];
  const { says, where, file } = handOver;
  const name = file && freeName(file.name);
  if (name) writeFileSync(name, file.text);
  return [
    ...(name ? [`Written: ${name}, with the images that ran.`] : []),
    says,
    `  ${commandOf(handOver, name ? [name] : compose)}`,
    where,
  ];
}

function freeName(wanted: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : wanted.replace(/\.[^.]+$/, `-${count}$&`);
    if (!existsSync(name)) return name;
  }
}
