import { instanceName } from '../../src/model/names';
import type { OperationInputs, ServiceScope } from '../../src/model/plan';
import { makeInstance } from './containers';
import type { RolloutContext } from './context';
import { ensureContainer } from './ensure-container';
import { waitUntilHealthy } from './health';
import { isRouted } from './routes';

type Replica = ServiceScope & { replica: number };

/** How long an instance of which nothing is known may take to end its requests. */
const UNKNOWN_DRAIN_MS = 10_000;

/** The instance runs and is healthy; made and started only where it is not so yet. */
export async function startInstance(ctx: RolloutContext, { release, service: name, replica }: Replica): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  const make = makeInstance(ctx, environment, service, release, replica);
  const restarts = await ensureContainer(ctx, make);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** Stops it with its own signal and grace, and keeps it. */
export async function stopInstance(
  ctx: RolloutContext,
  { release, service, replica, drain }: OperationInputs['stopInstance'],
): Promise<void> {
  const name = instanceName(ctx.place, release, service, replica);
  if (!(await ctx.engine.inspectContainer(name))) return;
  if (drain) await drainInstance(ctx, release, service, name);
  await ctx.engine.stopContainer(name);
}

/** Waits until no request is in flight, stops, removes. It needs no record: the name says enough. */
export async function removeInstance(ctx: RolloutContext, { release, service, replica }: Replica): Promise<void> {
  const { engine, place } = ctx;
  const name = instanceName(place, release, service, replica);
  if (!(await engine.inspectContainer(name))) return;
  await drainInstance(ctx, release, service, name);
  await engine.stopContainer(name);
  await engine.removeContainer(name);
}

/** Waits until no request is in flight to a routed instance, at most as long as its service may take. */
async function drainInstance(ctx: RolloutContext, release: string, service: string, name: string): Promise<void> {
  const { engine, place, proxy, watch } = ctx;
  const environment = await ctx.findEnvironment(release);
  if (environment && !isRouted(environment, service)) return;
  const within = environment?.services.find((one) => one.name === service)?.drainMs ?? UNKNOWN_DRAIN_MS;
  const isDrained = await proxy.drain(engine, place.installation, name, within, watch.signal);
  if (!isDrained) watch.onProgress?.(`${name} still has requests in flight and is stopped with its own grace`);
}
