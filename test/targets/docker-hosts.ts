import type { ObservedHost } from '../../src/model/observed';
import type { OperationInputs, OperationName } from '../../src/model/plan';
import type { ContractBed, Seen } from './contract';

type Perform = <Name extends OperationName>(name: Name, input: Omit<OperationInputs[Name], 'target'>) => Promise<void>;

/** What only a Docker host has, in the contract's words: for the real driver and for the simulated one. */
export const ofDockerHost = (perform: Perform): Pick<ContractBed, 'prepare' | 'close' | 'undoNothing'> => ({
  async prepare(release, services) {
    await perform('ensureProxy', {});
    for (const service of services) await perform('pullImage', { release, service });
    await perform('createNetworks', { release });
  },
  close: (release) => perform('removeNetworks', { release }),
  async undoNothing() {
    const web = { release: 'one', service: 'web' };
    await perform('removeAccessory', web);
    await perform('discardAccessory', web);
    await perform('stopComposed', { container: 'none' });
  },
});

export const seeHost = ({ containers, networks, routes }: ObservedHost): Seen => ({
  instances: containers.map(({ service, release, state, id }) => ({ service, release, runs: state === 'running', id })),
  ...(routes && { routes }),
  releases: networks,
});
