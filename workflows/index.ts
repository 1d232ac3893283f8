/** The workflows that a worker registers: a registry, one name for each. */
export { environment } from './environment';
export { inspection } from './inspection';
export { release } from './release';
export { rollback } from './rollback';
export { rollout } from './rollout';
