import { setTimeout as pause } from 'node:timers/promises';
import { proxyName } from '../../../src/model/names';
import type { Engine } from '../docker/engine';

const EVERY_MS = 100;
/** `st` in /proc/net/tcp; include/net/tcp_states.h of Linux. */
const ESTABLISHED = '01';

/**
 * Waits until the proxy has no connection to the container, at most `timeoutMs`; true when there is none. A connection is
 * a request in flight, for idle ones are let go soon (routes-file.ts). Nothing to wait for when either of both is not running.
 */
export async function drain(
  engine: Engine,
  installation: string,
  container: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const proxy = proxyName(installation);
  const [from, to] = await Promise.all([engine.inspectContainer(proxy), engine.inspectContainer(container)]);
  const addresses = Object.values(to?.networks ?? {}).filter(Boolean);
  if (from?.state !== 'running' || to?.state !== 'running' || addresses.length === 0) return true;
  const end = Date.now() + timeoutMs;
  for (;;) {
    const { stdout } = await engine.exec(proxy, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { signal });
    if (!connectedTo(stdout).some((address) => addresses.includes(address))) return true;
    if (Date.now() >= end) return false;
    await pause(EVERY_MS, undefined, { signal });
  }
}

/** The IPv4 addresses of the other ends of established connections, from the text of /proc/net/tcp and tcp6. */
export function connectedTo(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, , remote, state] = line.trim().split(/\s+/);
    const address = remote?.split(':')[0];
    return state === ESTABLISHED && address ? [readAddress(address)] : [];
  });
}

/** An address as the kernel prints it: hexadecimal, the bytes of each word reversed; one of IPv4 is the last word. */
function readAddress(hex: string): string {
  const bytes = hex.slice(-8).match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}
