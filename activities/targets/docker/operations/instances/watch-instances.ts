import { setTimeout as pause } from 'node:timers/promises';
import { instancesOn } from '../../../../../src/model/target';
import { instanceName, labels } from '../../../../../src/model/names';
import type { TrafficShare } from '../../../../../src/model/operations/operation';
import type { OperationInputs } from '../../../../../src/model/plan';
import type { ContainerState } from '../../../../drivers/docker/engine';
import { remember, resumeFrom } from '../../../../heartbeat';
import type { DockerContext } from '../../context';
import { describeEnd, healthCommand } from '../../containers/health';
import { readLastLines } from '../../containers/last-lines';
import { isRouted } from '../../../../engines/proxy/routes';
import { askRoutes } from '../../../../engines/proxy/ask-routes';

const EVERY_MS = 500;
/** The interval of requests to an instance without a health command, and the bad answers in a row that fail it. */
const ASK_EVERY_MS = 1_000;
const TOO_MANY = 3;

interface Watched {
  since: number;
  instances: Record<string, { service: string; id: string; startedAt?: string; restarts: number }>;
}

/** Fails as soon as an instance of the release on this host is unhealthy, has restarted, has ended or is gone. */
export async function watchInstances(
  ctx: DockerContext,
  { release, forMs, part }: OperationInputs['watchInstances'],
): Promise<void> {
  const watched = resumeFrom<Watched>() ?? (await beginWatch(ctx, release, part));
  remember(watched);
  const asked = await beginToAsk(ctx, release);
  for (;;) {
    const found = new Map((await listInstances(ctx, release)).map((state) => [state.name, state]));
    for (const name of Object.keys(watched.instances)) {
      const wrong = describeChange(found.get(name), watched.instances[name]!);
      if (wrong) throw await unhealthy(ctx, release, name, watched, wrong);
    }
    const left = watched.since + forMs - Date.now();
    const bad = await asked(watched, found);
    if (bad && bad.times >= TOO_MANY)
      throw await unhealthy(ctx, release, bad.name, watched, `gave ${bad.times} bad answers in a row: ${bad.said}`);
    if (left <= 0 && !bad) return;
    const healthy = bad ? `${bad.name}: ${bad.said}` : `all ${found.size} healthy`;
    ctx.watch.onProgress?.(`${healthy}, ${Math.max(0, Math.ceil(left / 1_000))} s to go`);
    await pause(left > 0 ? Math.min(EVERY_MS, left) : EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

interface BadAnswers {
  name: string;
  times: number;
  said: string;
}

/**
 * A routed instance without a health command is watched by requests, as before it had traffic. A single bad
 * answer does not end the soak, as with the engine's own health checks.
 */
async function beginToAsk(ctx: DockerContext, release: string) {
  const environment = await ctx.environment(release);
  const bad = new Map<string, BadAnswers>();
  let askedAt = 0;
  const look = async (name: string, service: string) => {
    const said = await askRoutes(ctx, name, service, environment);
    if (said === undefined) bad.delete(name);
    else bad.set(name, { name, said, times: (bad.get(name)?.times ?? 0) + 1 });
  };
  return async ({ instances }: Watched, found: Map<string, ContainerState>): Promise<BadAnswers | undefined> => {
    if (Date.now() - askedAt >= ASK_EVERY_MS) {
      const unguarded = Object.entries(instances).filter(
        ([name, { service }]) => isRouted(environment, service) && !healthCommand(found.get(name)!),
      );
      await Promise.all(unguarded.map(([name, { service }]) => look(name, service)));
      askedAt = Date.now();
    }
    return [...bad.values()].sort((a, b) => b.times - a.times)[0];
  };
}

/** All instances the record wants here by then; a missing one fails at the first look. */
async function beginWatch(ctx: DockerContext, release: string, part: TrafficShare | undefined): Promise<Watched> {
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

function listInstances({ engine, place }: DockerContext, release: string): Promise<ContainerState[]> {
  const words = { app: place.app, environment: place.environment, release };
  return engine.listContainers(labels(place.installation, { role: 'instance', ...words }));
}

function describeChange(now: ContainerState | undefined, before: Watched['instances'][string]): string | undefined {
  const ended = describeEnd(now, before.restarts);
  if (ended) return ended;
  if (now!.id !== before.id) return 'was replaced by another container';
  if (now!.startedAt !== before.startedAt) return 'was restarted';
  return now!.health === 'unhealthy' ? 'is unhealthy: its health command fails' : undefined;
}

async function unhealthy(ctx: DockerContext, release: string, name: string, watched: Watched, wrong: string) {
  const after = `${((Date.now() - watched.since) / 1_000).toFixed(1)} s into the soak`;
  const lastLines = await readLastLines(ctx, await ctx.environment(release), name);
  const { service } = watched.instances[name]!;
  return ctx.fail({ kind: 'unhealthy-in-soak', service, message: `${name} ${wrong}, ${after}`, lastLines });
}
