import { setTimeout as pause } from 'node:timers/promises';
import type { TestBed } from '../test-bed';
import type { TestHost } from '../../parts/host/hosts';

/** What is done to windlass during a switch or a rollback. To add one: a line here. */
export const TROUBLES = {
  none: {
    told: 'nothing is done to it',
    ofHosts: false,
    strike: async () => undefined,
  },
  'worker killed': {
    ofHosts: false,
    told: 'the worker gets SIGKILL once in every switch and in every rollback, a little later each time, and another is started',
    async strike({ bed, round }) {
      await pause(500 + 300 * (round % 16));
      await bed.windlass.stopWorker('SIGKILL');
      await bed.windlass.startWorker();
    },
  },
  "one host's SSH cut": {
    ofHosts: true,
    told:
      'one host is cut off the worker once in every switch and in every rollback, a little later each time: its SSH ends and refuses, ' +
      'or it falls silent, for 0.2 to 12 s, and twice for 200 s. A connection that is silent is given up after 9 s; a step that could not be done for three ' +
      'minutes asks, and is answered retry when the host is back',
    async strike({ hosts, round, kind }) {
      const host = hosts[round % hosts.length]!;
      await pause(300 + 200 * ((round * 7) % 25));
      const { silent, forMs } = cutOf(kind, round);
      await (silent ? host.silenceSsh() : host.cutSsh());
      await pause(forMs);
      await (silent ? host.hearSsh() : host.mendSsh());
    },
  },
} satisfies Record<
  string,
  {
    told: string;
    /** It needs something that is reached over SSH. */ ofHosts: boolean;
    strike(where: Struck): Promise<void>;
  }
>;

export type Trouble = keyof typeof TROUBLES;

export interface Struck {
  bed: TestBed;
  hosts: TestHost[];
  kind: 'switches' | 'rollbacks';
  /** Counted from 0: moments and lengths follow from it. */
  round: number;
}

const CUTS = [
  { silent: false, forMs: 200 },
  { silent: false, forMs: 3_000 },
  { silent: true, forMs: 2_000 },
  { silent: false, forMs: 1_000 },
  { silent: true, forMs: 12_000 },
  { silent: false, forMs: 6_000 },
];
/** Longer than a step is tried. */
const LONG_CUT = { silent: false, forMs: 200_000 };

/** One switch and one rollback meet a cut that outlasts the patience of a step. */
const cutOf = (kind: Struck['kind'], round: number) =>
  round === (kind === 'switches' ? 1 : 25) ? LONG_CUT : CUTS[round % CUTS.length]!;
