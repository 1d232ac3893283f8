import { planEngines } from '../../engines';
import { SWARM } from './own';

/** A swarm: what is an instance on a host is a set there, one Swarm service that the managers keep up. */
export const swarm = planEngines(SWARM);
