import type { EnvironmentRecord } from '../../../../../src/manifest/record/record';
import { wordsOfCause } from '../../../../../src/model/failure';
import type { Hook } from '../../../../../src/model/container/container';
import type { Service } from '../../../../../src/model/service';
import { redactSaid } from '../../../../secrets/redact';
import type { DockerContext } from '../../context';

const LINES = 30;

/** Runs what the compose file wants run once the instance has started. Permanent failure (kind `hook-failed`) where one fails. */
export async function runPostStart(
  ctx: DockerContext,
  name: string,
  service: Service,
  environment: EnvironmentRecord,
): Promise<void> {
  for (const hook of service.container.hooks?.postStart ?? []) {
    const { exitCode, said } = await run(ctx, name, hook, service, environment);
    if (exitCode === 0) continue;
    throw ctx.fail({
      kind: 'hook-failed',
      service: service.name,
      message: `post_start "${hook.command.join(' ')}" of ${service.name} ended with exit status ${exitCode}. Expected 0`,
      lastLines: said,
    });
  }
}

/** Runs the compose file's pre-stop commands; a failure is reported and does not prevent the stop. */
export async function runPreStop(
  ctx: DockerContext,
  name: string,
  service: Service,
  environment: EnvironmentRecord,
): Promise<void> {
  for (const hook of service.container.hooks?.preStop ?? [])
    try {
      const { exitCode } = await run(ctx, name, hook, service, environment);
      if (exitCode !== 0)
        ctx.watch.onProgress?.(`pre_stop of ${name} ended with exit status ${exitCode}; it is stopped`);
    } catch (error) {
      if (ctx.watch.signal?.aborted) throw error;
      ctx.watch.onProgress?.(`pre_stop of ${name} could not be run: ${wordsOfCause(error)}; it is stopped`);
    }
}

async function run(
  ctx: DockerContext,
  name: string,
  { command, user, privileged, workingDir, environment: env }: Hook,
  { healthyWithinMs: timeoutMs }: Service,
  { secrets }: EnvironmentRecord,
): Promise<{ exitCode: number; said: string[] }> {
  const options = { user, privileged, workingDir, env, timeoutMs, signal: ctx.watch.signal };
  const { exitCode, stdout, stderr } = await ctx.engine.exec(name, command, options);
  const text = redactSaid(`${stdout}${stderr}`, await ctx.secrets.known(secrets)).trim();
  return { exitCode, said: text === '' ? [] : text.split('\n').slice(-LINES) };
}
