import type { Step } from '../model/plan';

/** Drops empty batches. */
export const filled = (batches: Step[][]): Step[][] => batches.filter((batch) => batch.length > 0);
