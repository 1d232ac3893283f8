import { instanceName } from '../../../../../src/model/names';
import type { DockerOperations, Replica } from '../../../../../src/model/operations/docker';
import { makeInstance } from '../../containers/containers';
import type { DockerContext } from '../../context';
import { ensureContainer } from '../../containers/ensure-container';
import { saveOutput } from '../../containers/output';
import { waitUntilHealthy } from '../../containers/health';
import { restartPolicyOf } from '../../../../drivers/docker/containers/translate';
import { runPostStart, runPreStop } from './hooks';
import { isRouted } from '../../../../engines/proxy/routes';

/** The drain time of an unknown instance. */
const UNKNOWN_DRAIN_MS = 10_000;

/** One instance runs and is healthy; made and started only where it is not so yet. */
export async function startInstance(ctx: DockerContext, { release, service: name, replica }: Replica): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  const make = makeInstance(ctx, environment, service, release, replica);
  const restarts = await ensureContainer(ctx, make);
  await ctx.engine.setRestartPolicy(make.name, restartPolicyOf(service.container));
  await runPostStart(ctx, make.name, service, environment);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** Stops it with its own signal and grace, and keeps it. */
export async function stopInstance(
  ctx: DockerContext,
  { release, service, replica, drain }: DockerOperations['stopInstance'],
): Promise<void> {
  const name = instanceName(ctx.place, release, service, replica);
  const found = await ctx.engine.inspectContainer(name);
  if (!found) return;
  if (drain) await drainInstance(ctx, release, service, name);
  // If the engine restarted it, it would work beside the new one.
  await ctx.engine.setRestartPolicy(name, { name: 'no' });
  if (found.state === 'running') await prepareStop(ctx, release, service, name);
  await ctx.engine.stopContainer(name);
}

/** Waits for requests in flight, stops and removes it. Needs no record, only the name. */
export async function removeInstance(ctx: DockerContext, { release, service, replica }: Replica): Promise<void> {
  const { engine, place } = ctx;
  const name = instanceName(place, release, service, replica);
  const found = await engine.inspectContainer(name);
  if (!found) return;
  await drainInstance(ctx, release, service, name);
  if (found.state === 'running') await prepareStop(ctx, release, service, name);
  await engine.stopContainer(name);
  await saveOutput(ctx, release, name);
  await engine.removeContainer(name);
}

async function prepareStop(ctx: DockerContext, release: string, name: string, container: string): Promise<void> {
  const environment = await ctx.findEnvironment(release);
  const service = environment?.services.find((one) => one.name === name);
  if (environment && service) await runPreStop(ctx, container, service, environment);
}

async function drainInstance(ctx: DockerContext, release: string, service: string, name: string): Promise<void> {
  const { engine, place, proxy, watch } = ctx;
  const environment = await ctx.findEnvironment(release);
  if (environment && !isRouted(environment, service)) return;
  const within = environment?.services.find((one) => one.name === service)?.drainMs ?? UNKNOWN_DRAIN_MS;
  const isDrained = await proxy.drain(engine, place.installation, name, within, watch.signal);
  if (!isDrained) watch.onProgress?.(`${name} still has requests in flight and is stopped with its own grace`);
}
