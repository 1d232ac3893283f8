import type { Command } from 'commander';
import type { Temporal } from '../../client';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { painted } from '../../print/terminal/painted';
import { inspectionLines, statusLines } from '../../print/status';
import { treeLines } from '../../print/tree';
import { viewOfRelease } from '../../print/view';
import { type Project, type ProjectOptions, readProject, withProject } from '../../project';

interface Options extends ProjectOptions {
  observed?: boolean;
  follow?: boolean;
}

export function define(command: Command): void {
  withProject(command)
    .argument('[environment|release]', 'only this one')
    .option('--observed', 'ask the hosts what runs, and compare it with the record')
    .option('--follow', 'follow a release until it ends')
    .addHelpText(
      'after',
      examples('windlass status', 'windlass status production --observed', 'windlass status 3f2a91c0de --follow'),
    );
  action(command, status);
}

async function status(subject: string | undefined, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  const { withTemporal } = await import('../../client');
  return withTemporal(async (temporal) => {
    if (options.observed) return observe(temporal, project, subject);
    const isRelease = subject !== undefined && !project.environments?.includes(subject);
    return (
      (isRelease && (await statusOfRelease(temporal, project, subject, options))) ||
      overview(temporal, project, subject)
    );
  });
}

/** Undefined when no release has this name: it may be an environment the manifest does not list. */
async function statusOfRelease(
  temporal: Temporal,
  { app }: Project,
  release: string,
  options: Options,
): Promise<CommandResult | undefined> {
  const { findRelease, releaseHandle, noSuchRelease } = await import('../../temporal/release');
  const { readRollouts } = await import('../../temporal/rollout');
  const { follow } = await import('../../temporal/carry-out/release');
  const progress = await findRelease(temporal, app, release);
  if (!progress && options.follow)
    throw new UserError(noSuchRelease(app, release), undefined, 'To list releases: windlass status');
  if (!progress) return undefined;
  const subject = { app, release, handle: await releaseHandle(temporal, app, release) };
  if (options.follow) return follow(temporal, subject, { until: 'done', json: options.json });
  const view = viewOfRelease(progress);
  const tree = treeLines(view, await readRollouts(temporal, view), Date.now());
  const { reachedBy, readAddresses } = await import('../../temporal/connect/addresses');
  const addresses = await readAddresses(temporal, app, reachedBy(view.stages));
  return { json: progress, lines: [...painted(tree), ...addresses] };
}

async function overview(
  temporal: Temporal,
  { app, environments }: Project,
  only: string | undefined,
): Promise<CommandResult> {
  const names = only ? [only] : (environments ?? []);
  if (only && environments && !environments.includes(only))
    throw new UserError(`${app} has no environment or release "${only}". Environments: ${environments.join(', ')}.`);
  const { readEnvironment } = await import('../../temporal/environment');
  const { listOpenReleases, readRelease } = await import('../../temporal/release');
  const states = await Promise.all(
    names.map(async (name) => ({ environment: name, state: await readEnvironment(temporal, app, name) })),
  );
  const open = await Promise.all(
    (await listOpenReleases(temporal, app)).slice(0, 20).map((release) => readRelease(temporal, app, release)),
  );
  const { readAddresses } = await import('../../temporal/connect/addresses');
  const released = states.flatMap(({ environment, state }) => (state?.current ? [environment] : []));
  const addresses = await readAddresses(temporal, app, released);
  return {
    json: { app, environments: states.map(({ environment, state }) => ({ ...state, app, environment })), open },
    lines: [...painted(statusLines(app, states, open, Date.now())), ...addresses],
  };
}

/** What the hosts report. Scripts read the differences in `drift`. */
export async function observe(
  temporal: Temporal,
  { app, environments }: Project,
  only: string | undefined,
): Promise<CommandResult> {
  const names = only ? [only] : (environments ?? []);
  if (names.length === 0)
    throw new UserError(
      '--observed: needs an environment.',
      undefined,
      'Name it: windlass status ENVIRONMENT --observed',
    );
  const { inspect } = await import('../../temporal/inspection');
  const found = await Promise.all(names.map((environment) => inspect(temporal, 'observe', { app, environment })));
  return { json: found, lines: found.flatMap((one) => inspectionLines(one, Date.now())) };
}
