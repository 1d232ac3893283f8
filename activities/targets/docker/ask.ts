import { instanceName } from '../../../src/model/names';
import type { HttpAnswer, HttpRequest } from '../driver';
import type { DockerContext } from './context';
import { askFromWorker } from '../../engines/proxy/from-worker';

/** Sends a request through the proxy or, during a split, directly to this release's first instance. */
export function ask(ctx: DockerContext, request: HttpRequest): Promise<HttpAnswer | 'unreachable' | undefined> {
  const { release, route, path, method, from, isShared, timeoutMs } = request;
  const question = { to: 'routes', host: route.host, path, method } as const;
  if (isShared) {
    const to = { container: instanceName(ctx.place, release, route.service), port: route.port };
    return ctx.proxy.ask(ctx.engine, ctx.place.installation, { ...question, to }, timeoutMs);
  }
  if (from === 'worker') return askFromWorker(ctx, { ...question, https: route.https }, timeoutMs);
  return ctx.proxy.ask(ctx.engine, ctx.place.installation, question, timeoutMs);
}
