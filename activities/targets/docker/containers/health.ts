import { setTimeout as pause } from 'node:timers/promises';
import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { wordsOfCause } from '../../../../src/model/failure';
import type { Service } from '../../../../src/model/service';
import type { ContainerState } from '../../../drivers/docker/engine';
import { redactSaid } from '../../../secrets/redact';
import { askRoutes } from '../../../engines/proxy/ask-routes';
import { isRouted } from '../../../engines/proxy/routes';
import type { DockerContext } from '../context';
import { readLastLines } from './last-lines';

/** The probe intervals, shortest first; the engine's own first probe comes only after its whole interval. */
const EVERY_MS = 200;
const FIRST_MS = 50;
/** How long a container without health command and route must run. */
const STEADY_MS = 3_000;
/** The engine's default time-out of a health command. */
const COMMAND_MS = 30_000;

export interface Waited {
  name: string;
  service: Service;
  environment: EnvironmentRecord;
  restarts: number;
}

/** Undefined when healthy, otherwise the finding. */
type Look = () => Promise<string | undefined>;

/**
 * Waits until the container is healthy, at most `service.healthyWithinMs`. Fails permanently, with its last
 * lines, after that or once it exits or restarts. docs/architecture.md section 3 defines healthy.
 */
export async function waitUntilHealthy(ctx: DockerContext, waited: Waited): Promise<void> {
  const { name, service } = waited;
  const began = Date.now();
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, EVERY_MS)) {
    const state = await ctx.engine.inspectContainer(name);
    const ended = describeEnd(state, waited.restarts);
    if (ended) throw await unhealthy(ctx, waited, `${name} ${ended}`);
    // The engine has probed it already: a long-running accessory, or an instance found by a retry.
    if (state?.health === 'healthy') return;
    const found = await chooseLook(ctx, waited, state!, began)();
    if (found === undefined) return;
    if (Date.now() - began >= service.healthyWithinMs)
      throw await unhealthy(
        ctx,
        waited,
        `${name} was not healthy within ${service.healthyWithinMs / 1_000} s: ${found}. If it needs more time, raise services.${service.name}.healthyWithin`,
      );
    ctx.watch.onProgress?.(`${name}: ${found}`);
    await pause(wait, undefined, { signal: ctx.watch.signal });
  }
}

/** Why a container is not running without interruption; undefined when it is. */
export function describeEnd(state: ContainerState | undefined, restarts: number): string | undefined {
  if (!state) return 'is gone';
  const memory = state.oomKilled ? ', because it exceeded its memory limit' : '';
  if (state.state === 'restarting' || state.restarts > restarts) return `has restarted${memory}`;
  if (state.state === 'exited' || state.state === 'dead') return `exited with status ${state.exitCode}${memory}`;
  return state.state === 'running' ? undefined : `is ${state.state}`;
}

function chooseLook(
  ctx: DockerContext,
  { name, service, environment }: Waited,
  state: ContainerState,
  began: number,
): Look {
  const command = healthCommand(state);
  // A hanging probe is cut off at the instance's time limit.
  const left = Math.max(began + service.healthyWithinMs - Date.now(), 1_000);
  const timeoutMs = Math.min(state.healthTimeoutMs ?? COMMAND_MS, left);
  if (command) return () => runHealthCommand(ctx, { name, environment, command, timeoutMs });
  if (isRouted(environment, service.name)) return () => askRoutes(ctx, name, service.name, environment);
  return () =>
    Promise.resolve(Date.now() - began >= STEADY_MS ? undefined : `has run for less than ${STEADY_MS / 1_000} s`);
}

/** Converts a health command of compose or an image (`CMD`, `CMD-SHELL`, `NONE`) to a command line. */
export function healthCommand({ healthTest = [] }: ContainerState): string[] | undefined {
  const [form, ...words] = healthTest;
  if (words.length === 0) return undefined;
  return form === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words;
}

async function runHealthCommand(
  ctx: DockerContext,
  {
    name,
    environment,
    command,
    timeoutMs,
  }: Pick<Waited, 'name' | 'environment'> & { command: string[]; timeoutMs: number },
) {
  try {
    const { exitCode, stdout, stderr } = await ctx.engine.exec(name, command, { timeoutMs, signal: ctx.watch.signal });
    if (exitCode === 0) return undefined;
    const known = await ctx.secrets.known(environment.secrets);
    const said = redactSaid(`${stdout}\n${stderr}`, known).trim().split('\n').at(-1);
    return `its health command exited with ${exitCode}${said ? `: ${said}` : ''}`;
  } catch (error) {
    // It may have ended just now, which the next look shows; an unreachable engine fails there too.
    if (ctx.watch.signal?.aborted) throw error;
    return `its health command could not run: ${wordsOfCause(error)}`;
  }
}

async function unhealthy(ctx: DockerContext, { name, service, environment }: Waited, message: string) {
  const lastLines = await readLastLines(ctx, environment, name);
  return ctx.fail({ kind: 'unhealthy', service: service.name, message, lastLines });
}
