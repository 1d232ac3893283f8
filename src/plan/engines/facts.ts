import type { PlanningInput } from '../planning';
import type { EngineFacts } from '../targets/facts';

/** All targets of an environment are of one kind, and so are the facts. */
export const factsOf = ({ facts }: Pick<PlanningInput, 'facts'>): EngineFacts => facts as EngineFacts;
