import { setTimeout as pause } from 'node:timers/promises';
import type { EnvironmentRecord } from '../../src/manifest/record';
import { wordsOfCause } from '../../src/model/failure';
import type { Service } from '../../src/model/service';
import type { ContainerState } from '../drivers/docker/engine';
import { redactSaid } from '../redact';
import type { RolloutContext } from './context';
import { readLastLines } from './last-lines';
import { isRouted } from './routes';

/** How often it is asked, soonest at first; the engine's own first probe comes only after its whole interval. */
const EVERY_MS = 200;
const FIRST_MS = 50;
/** How long a container without health command and route must run. */
const STEADY_MS = 3_000;
/** How long an instance may take to answer the proxy. */
const ANSWER_MS = 5_000;
/** The engine's default for a health command's time-out. */
const COMMAND_MS = 30_000;

/** What is to become healthy. */
export interface Waited {
  name: string;
  service: Service;
  environment: EnvironmentRecord;
  /** How often it had restarted when the waiting began. */
  restarts: number;
}

/** What one look said: undefined when it is healthy, else what was found instead. */
type Look = () => Promise<string | undefined>;

/**
 * Waits until the container is healthy, at most `service.healthyWithinMs`; fails permanently with its last lines otherwise,
 * and as soon as it has exited or restarted. `design.md` section 4 says what healthy means.
 */
export async function waitUntilHealthy(ctx: RolloutContext, waited: Waited): Promise<void> {
  const { name, service } = waited;
  const began = Date.now();
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, EVERY_MS)) {
    const state = await ctx.engine.inspectContainer(name);
    const ended = describeEnd(state, waited.restarts);
    if (ended) throw await unhealthy(ctx, waited, `${name} ${ended}`);
    // The engine has asked already: an accessory that has run for long, an instance that a retry finds.
    if (state?.health === 'healthy') return;
    const found = await chooseLook(ctx, waited, state!, began)();
    if (found === undefined) return;
    if (Date.now() - began >= service.healthyWithinMs)
      throw await unhealthy(
        ctx,
        waited,
        `${name} was not healthy within ${service.healthyWithinMs / 1_000} s: ${found}. If it only needs longer, raise services.${service.name}.healthyWithin`,
      );
    ctx.watch.onProgress?.(`${name}: ${found}`);
    await pause(wait, undefined, { signal: ctx.watch.signal });
  }
}

/** How a container that should run does not, or not without interruption; undefined when it does. */
export function describeEnd(state: ContainerState | undefined, restarts: number): string | undefined {
  if (!state) return 'is gone';
  const memory = state.oomKilled ? ', for it needed more memory than it may have' : '';
  if (state.state === 'restarting' || state.restarts > restarts) return `has restarted${memory}`;
  if (state.state === 'exited' || state.state === 'dead') return `exited with status ${state.exitCode}${memory}`;
  return state.state === 'running' ? undefined : `is ${state.state}`;
}

function chooseLook(
  ctx: RolloutContext,
  { name, service, environment }: Waited,
  state: ContainerState,
  began: number,
): Look {
  const command = healthCommand(state);
  // One that hangs is not waited for longer than the instance as a whole, give or take a second.
  const left = Math.max(began + service.healthyWithinMs - Date.now(), 1_000);
  const timeoutMs = Math.min(state.healthTimeoutMs ?? COMMAND_MS, left);
  if (command) return () => runHealthCommand(ctx, { name, environment, command, timeoutMs });
  if (isRouted(environment, service.name)) return () => askRoutes(ctx, name, service, environment);
  return () =>
    Promise.resolve(Date.now() - began >= STEADY_MS ? undefined : `runs for less than ${STEADY_MS / 1_000} s`);
}

/** A health command as compose and images write it (`CMD`, `CMD-SHELL`, `NONE`), as a command line. */
function healthCommand({ healthTest = [] }: ContainerState): string[] | undefined {
  const [form, ...words] = healthTest;
  if (words.length === 0) return undefined;
  return form === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words;
}

async function runHealthCommand(
  ctx: RolloutContext,
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
    // It may have ended this very moment, which the next look tells; an engine that is not reached fails there too.
    if (ctx.watch.signal?.aborted) throw error;
    return `its health command could not be run: ${wordsOfCause(error)}`;
  }
}

async function askRoutes(ctx: RolloutContext, name: string, service: Service, environment: EnvironmentRecord) {
  for (const { host, path, port } of environment.routes.filter((route) => route.service === service.name)) {
    const question = { to: { container: name, port }, host, path };
    const answer = await ctx.proxy.ask(ctx.engine, ctx.place.installation, question, ANSWER_MS);
    if (!answer) return `no answer on port ${port} to ${path}`;
    if (answer.status >= 500) return `answers ${answer.status} on port ${port} to ${path}. Expected a status below 500`;
  }
  return undefined;
}

async function unhealthy(ctx: RolloutContext, { name, service, environment }: Waited, message: string) {
  const lastLines = await readLastLines(ctx, environment, name);
  return ctx.fail({ kind: 'unhealthy', service: service.name, message, lastLines });
}
