import type { Command } from 'commander';
import type { Temporal } from '../client';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { painted } from '../print/painted';
import { inspectionLines, statusLines } from '../print/status';
import { treeLines } from '../print/tree';
import { viewOfRelease } from '../print/view';
import { type Project, type ProjectOptions, readProject, withProject } from '../project';

interface Options extends ProjectOptions {
  observed?: boolean;
  follow?: boolean;
}

export function define(command: Command): void {
  withProject(command)
    .argument('[environment|release]', 'only this one')
    .option('--observed', 'look at the hosts: what really runs, and what differs from the record')
    .option('--follow', 'follow a release until it ends')
    .addHelpText(
      'after',
      examples('windlass status', 'windlass status production --observed', 'windlass status 3f2a91c0de --follow'),
    );
  does(command, status);
}

async function status(subject: string | undefined, options: Options): Promise<Answer> {
  const project = await readProject(options);
  const { withTemporal } = await import('../client');
  return withTemporal(async (temporal) => {
    if (options.observed) return observe(temporal, project, subject);
    const isRelease = subject !== undefined && !project.environments?.includes(subject);
    return (
      (isRelease && (await statusOfRelease(temporal, project, subject, options))) ||
      overview(temporal, project, subject)
    );
  });
}

/** Undefined where there is no release of this name: it may be an environment that the manifest does not tell. */
async function statusOfRelease(
  temporal: Temporal,
  { app }: Project,
  release: string,
  options: Options,
): Promise<Answer | undefined> {
  const { findRelease, releaseHandle, noSuchRelease } = await import('../temporal/release');
  const { readRollouts } = await import('../temporal/rollout');
  const { follow } = await import('../temporal/carry-out-release');
  const progress = await findRelease(temporal, app, release);
  if (!progress && options.follow)
    throw new Told(noSuchRelease(app, release), undefined, 'See what there is: windlass status');
  if (!progress) return undefined;
  const subject = { app, release, handle: releaseHandle(temporal, app, release) };
  if (options.follow) return follow(temporal, subject, { until: 'done', json: options.json });
  const view = viewOfRelease(progress);
  return { json: progress, lines: painted(treeLines(view, await readRollouts(temporal, view), Date.now())) };
}

async function overview(temporal: Temporal, { app, environments }: Project, only: string | undefined): Promise<Answer> {
  const names = only ? [only] : (environments ?? []);
  if (only && environments && !environments.includes(only))
    throw new Told(`${app} has no environment and no release "${only}". Environments: ${environments.join(', ')}.`);
  const { readEnvironment } = await import('../temporal/environment');
  const { listOpenReleases, readRelease } = await import('../temporal/release');
  const states = await Promise.all(
    names.map(async (name) => ({ environment: name, state: await readEnvironment(temporal, app, name) })),
  );
  const open = await Promise.all(
    (await listOpenReleases(temporal, app)).slice(0, 20).map((release) => readRelease(temporal, app, release)),
  );
  return {
    json: { app, environments: states.map(({ environment, state }) => ({ ...state, app, environment })), open },
    lines: painted(statusLines(app, states, open, Date.now())),
  };
}

/** What really runs; a script finds the differences in `drift`. */
async function observe(temporal: Temporal, { app, environments }: Project, only: string | undefined): Promise<Answer> {
  const names = only ? [only] : (environments ?? []);
  if (names.length === 0)
    throw new Told('--observed: which environment?', undefined, 'Name it: windlass status ENVIRONMENT --observed');
  const { inspect } = await import('../temporal/inspection');
  const found = await Promise.all(names.map((environment) => inspect(temporal, 'observe', { app, environment })));
  return { json: found, lines: found.flatMap((one) => inspectionLines(one, Date.now())) };
}
