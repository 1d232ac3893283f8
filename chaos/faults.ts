import { setTimeout as pause } from 'node:timers/promises';
import { clientOf } from '../parts/engine-client';
import type { Windlass } from '../demo/windlass';
import type { TestHost } from '../parts/hosts';
import { identify, signal } from '../parts/processes';
import type { Kind } from './application';
import type { Arena } from './arena';
import type { Mood } from './registry-door';
import type { Point } from './wire';

/** What a fault has to work on. */
export interface Struck {
  arena: Arena;
  point: Point;
  /** The host that is struck. */
  host: TestHost;
  /** The release that is on its way. */
  release: string;
  /** What is held back at the boundary goes on; without it, it does when the fault has struck. */
  letGo(): void;
}

/** What can go wrong, and what that may cost. To add one: a line here, and its rule in `triples.ts`. */
export interface Fault {
  /** Makes it happen. Returns what mends it, where it does not mend itself. */
  strike(at: Struck): Promise<void | Mend>;
  /** The release is of this kind to begin with. */
  kind?: Kind;
  /** It breaks by itself what serves: requests that fail meanwhile on the host that is struck are its own. */
  costsRequests?: true;
  /** The boundary's report comes only when all is over: from somebody who was believed dead. */
  holdsReport?: true;
  /** Before it is over somebody has gone back to the release before. */
  endsOld?: true;
  /** Nobody mends it before the flow has ended; then the host comes back, and the next release brings it level. */
  isForGood?: true;
}

export type Mend = () => Promise<void>;

export const FAULTS = {
  'worker killed': {
    async strike({ arena }) {
      await arena.worker.stopWorker('SIGKILL');
      await arena.worker.startWorker();
    },
  },
  'worker stopped': {
    async strike({ arena, letGo }) {
      const stopped = arena.worker.stopWorker('SIGTERM');
      await pause(300);
      letGo();
      await stopped;
      await arena.worker.startWorker();
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
        await at.arena.rollBackWell();
        await wakeLater(frozen)();
      };
    },
  },
  'worker replaced by a newer build': {
    async strike({ arena, letGo }) {
      const old = arena.worker;
      arena.worker = await arena.anotherWorker('newer');
      const stopped = old.stopWorker('SIGTERM');
      await pause(300);
      letGo();
      await stopped;
    },
  },
  'Temporal killed': {
    strike: ({ arena }) => arena.restartTemporal(),
  },
  'rollout terminated': {
    strike: ({ arena }) => arena.terminateRollout(),
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
    async strike({ arena }) {
      arena.registry.become('lacks a blob');
      return async () => arena.registry.become('well');
    },
  },
  'proxy killed': {
    costsRequests: true,
    strike: ({ arena, host }) => killContainers(host, [`${arena.installation}.role=proxy`]),
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
    // whoever runs by then ignores its stop signal, and is killed after its grace
    async strike({ arena, host }) {
      const client = clientOf(host.engine);
      for (const { Id } of await client.listContainers({
        filters: { label: [`${arena.installation}.role=instance`] },
      })) {
        const exec = await client.getContainer(Id).exec({ Cmd: ['touch', '/tmp/stubborn'] });
        await exec.start({});
      }
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** What was given to the worker that runs is another's after a while. */
async function freezeWorker({ arena, point }: Struck): Promise<Windlass> {
  const frozen = arena.worker;
  frozen.signalWorker('SIGSTOP');
  // Else it is given work that it never begins, a poll after the other, for a minute: so it is where nothing has begun.
  if (point !== 'scheduled') arena.wire.endPolls();
  arena.worker = await arena.anotherWorker();
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

async function badRegistry({ arena: { registry }, letGo }: Struck, mood: Mood, forMs: number): Promise<void> {
  registry.become(mood);
  letGo();
  await pause(forMs);
  registry.become('well');
}

const instancesOf = ({ arena: { installation }, release }: Struck) => [
  `${installation}.role=instance`,
  `${installation}.release=${release}`,
];

/** As a crash: from outside of the engine, which then does what its restart policy says. Only the `newest`, where it is said how many. */
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
