import { setTimeout as pause } from 'node:timers/promises';
import { instancesOn } from '../../src/model/host';
import { instanceName, labels } from '../../src/model/names';
import type { OperationInputs, Part } from '../../src/model/plan';
import type { ContainerState } from '../drivers/docker/engine';
import { remember, resumeFrom } from '../heartbeat';
import type { RolloutContext } from './context';
import { describeEnd } from './health';
import { readLastLines } from './last-lines';

const EVERY_MS = 500;

/** What was found when the watch began; a next attempt goes on from it. */
interface Watched {
  /** Milliseconds since 1970. */
  since: number;
  instances: Record<string, { service: string; id: string; startedAt?: string; restarts: number }>;
}

/** Fails as soon as an instance of the release on this host is unhealthy, has restarted, has ended or is gone. */
export async function watchInstances(
  ctx: RolloutContext,
  { release, forMs, part }: OperationInputs['watchInstances'],
): Promise<void> {
  const watched = resumeFrom<Watched>() ?? (await beginWatch(ctx, release, part));
  remember(watched);
  for (;;) {
    const found = new Map((await listInstances(ctx, release)).map((state) => [state.name, state]));
    for (const name of Object.keys(watched.instances)) {
      const wrong = describeChange(found.get(name), watched.instances[name]!);
      if (wrong) throw await unhealthy(ctx, release, name, watched, wrong);
    }
    const left = watched.since + forMs - Date.now();
    if (left <= 0) return;
    ctx.watch.onProgress?.(`all ${found.size} healthy, ${Math.ceil(left / 1_000)} s to go`);
    await pause(Math.min(EVERY_MS, left), undefined, { signal: ctx.watch.signal });
  }
}

/** All instances that the record wants here by then; one that is not there is found missing at the first look. */
async function beginWatch(ctx: RolloutContext, release: string, part: Part | undefined): Promise<Watched> {
  const environment = await ctx.environment(release);
  const found = await listInstances(ctx, release);
  const wanted = instancesOn(environment, ctx.host)
    .filter(({ service }) => service.kind !== 'accessory' && !(part && service.kind === 'background'))
    .filter(({ service, replica }) => replica <= (part?.instances?.[service.name] ?? Infinity))
    .map(({ service, replica }) => {
      const name = instanceName(ctx.place, release, service.name, replica);
      const { id = '', startedAt, restarts = 0 } = found.find((state) => state.name === name) ?? {};
      return [name, { service: service.name, id, startedAt, restarts }] as const;
    });
  return { since: Date.now(), instances: Object.fromEntries(wanted) };
}

function listInstances({ engine, place }: RolloutContext, release: string): Promise<ContainerState[]> {
  const words = { app: place.app, environment: place.environment, release };
  return engine.listContainers(labels(place.installation, { role: 'instance', ...words }));
}

function describeChange(now: ContainerState | undefined, before: Watched['instances'][string]): string | undefined {
  const ended = describeEnd(now, before.restarts);
  if (ended) return ended;
  if (now!.id !== before.id) return 'was replaced by another container';
  if (now!.startedAt !== before.startedAt) return 'was started again';
  return now!.health === 'unhealthy' ? 'is unhealthy: its health command fails' : undefined;
}

async function unhealthy(ctx: RolloutContext, release: string, name: string, watched: Watched, wrong: string) {
  const after = `${((Date.now() - watched.since) / 1_000).toFixed(1)} s into the soak`;
  const lastLines = await readLastLines(ctx, await ctx.environment(release), name);
  const { service } = watched.instances[name]!;
  return ctx.fail({ kind: 'unhealthy-in-soak', service, message: `${name} ${wrong}, ${after}`, lastLines });
}
