import { clientOf } from '../parts/engine-client';
import type { Struck } from './run';

/** What can go wrong, and what that may cost. To add one: a line here. */
export interface Fault {
  /** Makes it happen, and mends what would not mend itself. */
  strike(at: Struck): Promise<void>;
  /** It breaks by itself what serves: requests that fail meanwhile are its own. */
  costsRequests?: true;
  /** However the flow was meant to end, it ends on the release that was there before. */
  endsOld?: true;
}

export const FAULTS = {
  'worker killed': {
    async strike({ stage }) {
      await stage.windlass.stopWorker('SIGKILL');
      await stage.windlass.startWorker();
    },
  },
  'worker stopped': {
    async strike({ stage }) {
      await stage.windlass.stopWorker('SIGTERM');
      await stage.windlass.startWorker();
    },
  },
  'worker frozen for 8 s': {
    // longer than the heartbeat time-out: the attempt is given up, and the frozen worker wakes up beside the next one
    async strike({ stage }) {
      await stage.windlass.freezeWorker(8_000);
    },
  },
  'Temporal killed': {
    strike: ({ restartTemporal }) => restartTemporal(),
  },
  'rollout terminated': {
    endsOld: true,
    async strike({ rollout }) {
      await rollout.terminate('by the campaign');
    },
  },
  'proxy killed': {
    costsRequests: true,
    async strike({ engine, installation }) {
      await killContainers(engine, { label: [`${installation}.role=proxy`] });
    },
  },
  'instance killed': {
    costsRequests: true,
    endsOld: true,
    async strike({ engine, installation, release }) {
      const label = [
        `${installation}.role=instance`,
        `${installation}.service=web`,
        `${installation}.release=${release}`,
      ];
      await killContainers(engine, { label });
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** As a crash: from outside of the engine, which then does what its restart policy says. */
async function killContainers(engine: string, filters: { label: string[] }): Promise<void> {
  const client = clientOf(engine);
  for (const { Id } of await client.listContainers({ filters })) {
    const { State } = await client.getContainer(Id).inspect();
    if (State.Pid > 0) process.kill(State.Pid, 'SIGKILL');
  }
}
