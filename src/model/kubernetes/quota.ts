import type { Service } from '../service';

/** As the cluster tells it: what may be there at most, and what is there. */
export interface Quota {
  name: string;
  hard: Record<string, string>;
  used: Record<string, string>;
}

/** The pods of a service that a release has beside those of the former one. */
export interface PodsWanted {
  service: Service;
  count: number;
}

interface Measure {
  /** The names that quotas have for it. */
  keys: string[];
  what: string;
  /** Of one pod; 0 where nothing is said. */
  of(service: Service): number;
  /** As people write it. */
  write(amount: number): string;
}

const ofCpu = (cores: number) => `${Math.ceil(cores * 1_000)}m`;
const ofMemory = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)}Mi`;

/** What is asked for is the limit, where nothing else is said. */
const MEASURES: Measure[] = [
  { keys: ['pods', 'count/pods'], what: 'pods', of: () => 1, write: String },
  {
    keys: ['requests.cpu', 'cpu'],
    what: 'of requested processors',
    of: ({ placement, container }) => placement?.cpus ?? container.cpus ?? 0,
    write: ofCpu,
  },
  { keys: ['limits.cpu'], what: 'of processor limits', of: ({ container }) => container.cpus ?? 0, write: ofCpu },
  {
    keys: ['requests.memory', 'memory'],
    what: 'of requested memory',
    of: ({ container }) => container.memoryReservationBytes ?? container.memoryBytes ?? 0,
    write: ofMemory,
  },
  {
    keys: ['limits.memory'],
    what: 'of memory limits',
    of: ({ container }) => container.memoryBytes ?? 0,
    write: ofMemory,
  },
];

/** For what a quota leaves a release too little room beside the former one, a sentence with what to do; undefined when it holds both. */
export function describeLack({ name, hard, used }: Quota, beside: PodsWanted[]): string | undefined {
  for (const { keys, what, of, write } of MEASURES) {
    const need = beside.reduce((sum, { service, count }) => sum + count * of(service), 0);
    const key = keys.find((one) => hard[one] !== undefined);
    if (key === undefined || need === 0) continue;
    const is = readQuantity(used[key] ?? '0');
    const room = readQuantity(hard[key]!) - is;
    // Quantities are exact, sums of thousandths are not.
    if (room >= need - 1e-9) continue;
    return `the quota ${name} has room for ${write(Math.max(0, room))} more ${what}, but a release needs ${write(need)} beside the former one. Raise ${key} to ${write(is + need)}, or take strategy: recreate`;
  }
  return undefined;
}

const UNITS: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** `500m` → 0.5, `1Gi` → 1073741824; not a number where it is no quantity. */
export function readQuantity(text: string): number {
  const [, number = '', unit = ''] = /^([\d.]+(?:e[+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const power = BINARY.indexOf(unit) + 1;
  return Number(number || NaN) * (power > 0 ? 1_024 ** power : (UNITS[unit] ?? NaN));
}
