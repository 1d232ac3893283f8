import { setTimeout as pause } from 'node:timers/promises';
import { proxyName } from '../../../../src/model/names';
import type { Engine } from '../../docker/engine';
import { connectedTo, SOCKETS } from './sockets';

const EVERY_MS = 100;

/**
 * Waits until the proxy has no connection to the container, at most `timeoutMs`; true when there is none. A connection is
 * a request in flight, because every kind of proxy lets go of idle ones soon. Nothing to wait for when either of both is not running.
 */
export async function drain(
  engine: Engine,
  installation: string,
  container: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const to = await engine.inspectContainer(container);
  if (to?.state !== 'running') return true;
  return drainFrom(engine, installation, Object.values(to.networks).filter(Boolean), timeoutMs, signal);
}

/** As `drain`, of whatever has these addresses in the proxy's networks. */
export async function drainFrom(
  engine: Engine,
  installation: string,
  addresses: string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const proxy = proxyName(installation);
  if (addresses.length === 0 || (await engine.inspectContainer(proxy))?.state !== 'running') return true;
  const end = Date.now() + timeoutMs;
  for (;;) {
    const { stdout } = await engine.exec(proxy, SOCKETS, { signal });
    if (!connectedTo(stdout).some((address) => addresses.includes(address))) return true;
    if (Date.now() >= end) return false;
    await pause(EVERY_MS, undefined, { signal });
  }
}
