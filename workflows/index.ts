/** The workflows that a worker registers: a registry, one name for each. */
export { bootstrap } from './bootstrap';
export { eject } from './eject';
export { environment } from './environment';
export { hosts } from './hosts';
export { inspection } from './inspection';
export { release } from './release';
export { rollback } from './rollback';
export { rollout } from './rollout';
