import type { Route } from '../../../src/model/service';
import { listeningOn, SOCKETS } from '../../drivers/proxy/lifecycle/sockets';
import type { Engine } from '../../drivers/docker/engine';
import type { OperationContext } from '../../rollout/context';

/** How a port was asked. `isSlow`: the whole time limit passed, so the program may be slow instead of a stranger to HTTP. */
interface PortQuestion {
  protocol?: Route['protocol'];
  isSlow?: boolean;
}

/** Why a container's port does not answer, judged by its sockets; empty when they do not tell. */
export async function whyNoAnswer(
  ctx: Pick<OperationContext, 'watch'> & { engine: Engine },
  name: string,
  port: number,
  question: PortQuestion,
): Promise<string> {
  const { signal } = ctx.watch;
  const said = await ctx.engine.exec(name, SOCKETS, { timeoutMs: 5_000, signal }).catch(() => undefined);
  // An image may lack cat.
  return said?.stdout.includes('local_address') ? describeListening(said.stdout, port, question) : '';
}

/** Like `whyNoAnswer`, from the text of /proc/net/tcp and tcp6. */
export function describeListening(table: string, port: number, { protocol, isSlow }: PortQuestion = {}): string {
  const sockets = listeningOn(table);
  const there = sockets.filter((one) => one.port === port);
  if (protocol === 'tcp' && there.some(({ loopback }) => !loopback)) return '';
  if (there.some(({ loopback }) => !loopback) && isSlow) return '. Something listens there but does not answer in time';
  if (there.some(({ loopback }) => !loopback))
    return protocol === 'h2c'
      ? '. Something listens there but does not speak HTTP/2 without TLS. Enable it, or remove protocol: h2c from the route'
      : '. Something listens there but does not speak HTTP/1.1. For gRPC or HTTP/2, write protocol: h2c on the route; its own TLS is not supported';
  if (there.length > 0)
    return ". It listens only on its container's loopback, which the proxy cannot reach. Make it listen on 0.0.0.0";
  const others = [...new Set(sockets.filter(({ loopback }) => !loopback).map((one) => one.port))].sort((a, b) => a - b);
  if (others.length === 0) return '. Nothing listens there';
  return `. Nothing listens there; it listens on ${others.join(', ')}. Set the route's port: to that`;
}
