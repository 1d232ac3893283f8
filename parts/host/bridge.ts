import { randomBytes } from 'node:crypto';
import { run } from '../run/commands';
import type { Run } from '../run/runs';
import type { Made } from '../run/undo';

/** A bridge of this run's own, with the addresses 10.N.0.0/16. */
export interface Bridge {
  name: string;
  /** What the networks that are made later get their addresses from. */
  pool: string;
  made: Extract<Made, { kind: 'bridge' }>;
}

const [FIRST, LAST] = [100, 249];

/**
 * Makes a bridge whose addresses no route knows. The kernel makes a name once, so two runs never get the same N.
 * Throws with the reason of the last attempt, when there is no right to make one, say.
 */
export async function makeBridge(recorder: Run): Promise<Bridge> {
  const routes = JSON.parse(await run('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])) as { dst: string }[];
  const free = numbers().filter((n) => !routes.some(({ dst }) => overlaps(dst, n)));
  for (const n of free) {
    const made = { kind: 'bridge', name: `windlass${n}`, mac: randomMac() } as const;
    recorder.record(made);
    try {
      await run('ip', ['link', 'add', 'name', made.name, 'address', made.mac, 'type', 'bridge']);
    } catch (error) {
      if (String(error).includes('File exists')) continue;
      throw error;
    }
    await run('ip', ['address', 'add', `10.${n}.0.1/24`, 'dev', made.name]);
    await run('ip', ['link', 'set', made.name, 'up']);
    return { name: made.name, pool: `10.${n}.128.0/17`, made };
  }
  throw new Error(`all of 10.${FIRST}.0.0/16 to 10.${LAST}.0.0/16 are in use: ip route`);
}

/** Tells this bridge from one that another run gives the same name later; `02` is for addresses that no maker gave. */
const randomMac = () => ['02', ...randomBytes(5).toString('hex').match(/../g)!].join(':');

/** From somewhere, so that two that start together seldom try the same. */
function numbers(): number[] {
  const count = LAST - FIRST + 1;
  const start = Math.floor(Math.random() * count);
  return Array.from({ length: count }, (_, i) => FIRST + ((start + i) % count));
}

/** Does a route (`10.3.0.0/24`, `10.3.0.7`, `default`) lead into 10.N.0.0/16? One for all of 10/8 cannot be avoided. */
function overlaps(destination: string, n: number): boolean {
  const [address = '', bits = '32'] = destination.split('/');
  const [first, second = 0] = address.split('.').map(Number);
  if (first !== 10 || Number(bits) <= 8) return false;
  const blocks = Number(bits) >= 16 ? 1 : 2 ** (16 - Number(bits));
  return n >= second && n < second + blocks;
}
