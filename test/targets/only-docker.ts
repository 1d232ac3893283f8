import type { Drivers } from '../../activities/targets/driver';

/** The drivers of a test that meets Docker hosts alone. */
export const onlyDocker = (docker: Drivers['docker']) => ({ docker }) as Drivers;

/** As `onlyDocker`, of a test that meets a swarm alone. */
export const onlySwarm = (swarm: Drivers['swarm']) => ({ swarm }) as Drivers;

/** As `onlyDocker`, of a test that meets a cluster alone. */
export const onlyKubernetes = (kubernetes: Drivers['kubernetes']) => ({ kubernetes }) as Drivers;
