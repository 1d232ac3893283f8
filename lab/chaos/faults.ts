import { setTimeout as pause } from 'node:timers/promises';
import { clientOf } from '../../parts/server/engine-client';
import type { Windlass } from '../windlass';
import type { TestHost } from '../../parts/host/hosts';
import { identify, signal } from '../../parts/run/processes';
import type { ReleaseHealth } from './application';
import type { ChaosTestBed } from './test-bed';
import type { Mood } from '../faults/registry-door';
import type { Point } from '../faults/wire';

/** What a fault has to work on. */
export interface Struck {
  bed: ChaosTestBed;
  point: Point;
  /** The host that is struck. */
  host: TestHost;
  /** The release that is on its way. */
  release: string;
  /** Releases what is held at the boundary; without it, that happens once the fault has struck. */
  letGo(): void;
}

/** What can go wrong, and what that may cost. To add one: a line here, and its rule in `triples.ts`. */
export interface Fault {
  /** Causes the fault. Returns its repair, unless it repairs itself. */
  strike(at: Struck): Promise<void | Repair>;
  /** The release is of this kind to begin with. */
  kind?: ReleaseHealth;
  /** It breaks by itself what serves: requests that fail meanwhile on the host that is struck are its own. */
  costsRequests?: true;
  /** The boundary's report comes only when all is over: from somebody who was believed dead. */
  holdsReport?: true;
  /** Somebody rolls back before it is over. */
  endsOld?: true;
  /** Not repaired before the flow has ended; then the host comes back, and the next release updates it. */
  isForGood?: true;
}

export type Repair = () => Promise<void>;

export const FAULTS = {
  'worker killed': {
    async strike({ bed }) {
      await bed.worker.stopWorker('SIGKILL');
      await bed.worker.startWorker();
    },
  },
  'worker stopped': {
    async strike({ bed, letGo }) {
      const stopped = bed.worker.stopWorker('SIGTERM');
      await pause(300);
      letGo();
      await stopped;
      await bed.worker.startWorker();
    },
  },
  'worker frozen, another goes on': {
    holdsReport: true,
    strike: async (at) => wakeLater(await freezeWorker(at)),
  },
  'worker frozen, another goes on, and all goes back': {
    holdsReport: true,
    endsOld: true,
    async strike(at) {
      const frozen = await freezeWorker(at);
      return async () => {
        await at.bed.rollBackWell();
        await wakeLater(frozen)();
      };
    },
  },
  'worker replaced by a newer build': {
    async strike({ bed, letGo }) {
      const old = bed.worker;
      bed.worker = await bed.anotherWorker('newer');
      const stopped = old.stopWorker('SIGTERM');
      await pause(300);
      letGo();
      await stopped;
    },
  },
  'Temporal killed': {
    strike: ({ bed }) => bed.restartTemporal(),
  },
  'rollout terminated': {
    strike: ({ bed }) => bed.terminateRollout(),
  },
  'SSH cut for 2 s': {
    async strike({ host }) {
      await host.cutSsh();
      await pause(2_000);
      await host.mendSsh();
    },
  },
  'SSH silent for 5 s': { strike: (at) => silentSsh(at, 5_000) },
  // the connection is given up after 9 to 12 s
  'SSH silent for 16 s': { strike: (at) => silentSsh(at, 16_000) },
  'engine restarted': {
    costsRequests: true,
    async strike({ host, letGo }) {
      const restarted = host.restartEngine();
      letGo();
      await restarted;
    },
  },
  'engine gone for good': {
    costsRequests: true,
    isForGood: true,
    async strike({ host }) {
      await host.stopEngine();
      return host.startEngine;
    },
  },
  'registry answers 500': { strike: (at) => badRegistry(at, 'answers 500', 2_500) },
  'registry is down': { strike: (at) => badRegistry(at, 'is down', 2_500) },
  'registry is slow': { strike: (at) => badRegistry(at, 'is slow', 5_000) },
  'registry lacks a blob': {
    async strike({ bed }) {
      bed.registry.become('lacks a blob');
      return async () => bed.registry.become('well');
    },
  },
  'proxy killed': {
    costsRequests: true,
    strike: ({ bed, host }) => killContainers(host, [`${bed.installation}.role=proxy`]),
  },
  'disk full': {
    async strike({ host }) {
      await host.fillDisk();
      return host.emptyDisk;
    },
  },
  'instance dies': {
    costsRequests: true,
    strike: (at) => killContainers(at.host, instancesOf(at), 1),
  },
  'instance flaps': {
    costsRequests: true,
    async strike(at) {
      at.letGo();
      for (let time = 0; time < 6; time++) {
        await killContainers(at.host, instancesOf(at), 1);
        await pause(500);
      }
    },
  },
  'never becomes healthy': {
    kind: 'sick',
    strike: () => Promise.resolve(),
  },
  'does not stop': {
    // running containers ignore their stop signal and are killed after their grace
    async strike({ bed, host }) {
      const client = clientOf(host.engine);
      for (const { Id } of await client.listContainers({
        filters: { label: [`${bed.installation}.role=instance`] },
      })) {
        const exec = await client.getContainer(Id).exec({ Cmd: ['touch', '/tmp/stubborn'] });
        await exec.start({});
      }
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** What was given to the worker that runs is another's after a while. */
async function freezeWorker({ bed, point }: Struck): Promise<Windlass> {
  const frozen = bed.worker;
  frozen.signalWorker('SIGSTOP');
  // Else it is given work that it never begins, a poll after the other, for a minute: so it is where nothing has begun.
  if (point !== 'scheduled') bed.wire.endPolls();
  bed.worker = await bed.anotherWorker();
  return frozen;
}

const wakeLater = (frozen: Windlass) => async () => {
  frozen.signalWorker('SIGCONT');
  // It believes for a moment that the work is its own.
  await pause(3_000);
  await frozen.stopWorker();
};

async function silentSsh({ host, letGo }: Struck, forMs: number): Promise<void> {
  await host.silenceSsh();
  letGo();
  await pause(forMs);
  await host.hearSsh();
}

async function badRegistry({ bed: { registry }, letGo }: Struck, mood: Mood, forMs: number): Promise<void> {
  registry.become(mood);
  letGo();
  await pause(forMs);
  registry.become('well');
}

const instancesOf = ({ bed: { installation }, release }: Struck) => [
  `${installation}.role=instance`,
  `${installation}.release=${release}`,
];

/** Like a crash: from outside the engine, which then applies its restart policy. Only the `newest` if given. */
async function killContainers(host: TestHost, label: string[], newest = Infinity): Promise<void> {
  const client = clientOf(host.engine);
  const found = await client.listContainers({ filters: { label } });
  const chosen = found.sort((a, b) => b.Created - a.Created).slice(0, newest);
  for (const { Id } of chosen) {
    const inspected = await client
      .getContainer(Id)
      .inspect()
      .catch(() => undefined);
    // One that ends by itself at this very moment is as good.
    const running = inspected && identify(inspected.State.Pid);
    if (running) signal(running, 'SIGKILL');
  }
}
