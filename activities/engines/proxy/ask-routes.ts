import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { Engine } from '../../drivers/docker/engine';
import type { Proxy } from '../../drivers/proxy/proxy';
import type { OperationContext } from '../../rollout/context';
import { whyNoAnswer } from './listening';

/** The time limit of an instance's answer. */
const ANSWER_MS = 5_000;

/** What asking an instance takes: the engine of a proxy, which reaches it by its name. */
type InstanceContext = Pick<OperationContext, 'place' | 'watch'> & { engine: Engine; proxy: Proxy };

/**
 * What is wrong with an instance's answers on its routes; undefined when each is below 500. For `h2c`, speaking
 * HTTP/2 suffices, because gRPC's answer to an unknown request means nothing; for TCP, accepting a connection.
 */
export async function askRoutes(ctx: InstanceContext, name: string, service: string, environment: EnvironmentRecord) {
  for (const { host, path, port, protocol } of environment.routes.filter((route) => route.service === service)) {
    if (protocol) {
      const found = await (protocol === 'tcp' ? askTcp : askHttp2)(ctx, name, port);
      if (found) return found;
      continue;
    }
    const request = { to: { container: name, port }, host, path };
    const began = performance.now();
    const answer = await ctx.proxy.ask(ctx.engine, ctx.place.installation, request, ANSWER_MS);
    const isSlow = performance.now() - began >= ANSWER_MS;
    if (!answer) return `no answer on port ${port} to ${path}${await whyNoAnswer(ctx, name, port, { isSlow })}`;
    if (answer.status >= 500) return `answers ${answer.status} on port ${port} to ${path}. Expected a status below 500`;
  }
  return undefined;
}

async function askHttp2(ctx: InstanceContext, name: string, port: number): Promise<string | undefined> {
  const { engine, proxy, place } = ctx;
  const speaks = await proxy.speaksHttp2(engine, place.installation, { container: name, port }, ANSWER_MS);
  if (speaks) return undefined;
  if (speaks === false)
    return `port ${port} does not speak HTTP/2 without TLS. Remove protocol: h2c from the route if it speaks HTTP/1.1`;
  return `no answer on port ${port} to HTTP/2${await whyNoAnswer(ctx, name, port, { protocol: 'h2c' })}`;
}

async function askTcp(ctx: InstanceContext, name: string, port: number): Promise<string | undefined> {
  const { engine, proxy, place } = ctx;
  if (await proxy.takesTcp(engine, place.installation, { container: name, port }, ANSWER_MS)) return undefined;
  return `accepts no connection on port ${port}${await whyNoAnswer(ctx, name, port, { protocol: 'tcp' })}`;
}
