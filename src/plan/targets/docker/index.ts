import { planEngines } from '../../engines';
import { DOCKER } from './own';

/** Docker hosts: containers behind a proxy. */
export const docker = planEngines(DOCKER);
