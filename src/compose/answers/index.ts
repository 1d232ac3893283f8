import type { TargetKind } from '../../model/target';
import type { Answers } from './answers';
import { swarm } from './swarm';
import { kubernetes } from './kubernetes';
import { docker } from './docker';

/** What each kind of target makes of a compose file. `windlass docs compose` prints it. */
export const ANSWERS: Record<TargetKind, Answers> = { docker, swarm, kubernetes };
