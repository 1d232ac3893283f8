import type { TargetKind } from '../../src/model/target';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { freePort } from '../../parts/run/ports';
import { LOCAL, makeTestBed, service } from '../activities/rollout/rollout-fixtures';
import type { SharedParts } from '../setup/parts';
import type { ContractBed } from './contract';
import { openKubernetesBed } from './kubernetes';
import { ofDockerHost, seeHost } from './docker-hosts';
import { openSwarmBed } from './swarm';

interface Bed {
  open: () => Promise<ContractBed>;
  /** Besides an engine, a registry and images. */
  needs?: Exclude<keyof SharedParts, 'dir'>[];
}

/** A target of each kind, empty and real: one more kind joins the contract by its line. */
export const BEDS: Record<TargetKind, Bed> = {
  docker: { open: openDockerHost },
  swarm: { open: openSwarmBed, needs: ['swarm'] },
  kubernetes: { open: openKubernetesBed, needs: ['kubernetes'] },
};

async function openDockerHost(): Promise<ContractBed> {
  let isAway = false;
  const nowhere = connectEngine(LOCAL, { dockerHost: `tcp://127.0.0.1:${await freePort()}` });
  const bed = await makeTestBed({}, (own) => (isAway ? nowhere : own));
  return {
    ...bed,
    ...ofDockerHost(bed.perform),
    async whileAway(work) {
      isAway = true;
      return await work().finally(() => (isAway = false));
    },
    service: (name, overrides) => service(name, {}, overrides),
    see: async () => seeHost(await bed.deps.drivers.docker.observe(LOCAL, bed.place, bed.place.installation, [])),
  };
}
