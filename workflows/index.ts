/** The workflows a worker registers, by name. */
export { bootstrap } from './bootstrap';
export { cleaning } from './cleaning';
export { eject } from './eject';
export { environment } from './environment';
export { forget } from './forget';
export { hosts } from './hosts';
export { inspection } from './inspection';
export { recovery } from './recovery';
export { release } from './release';
export { rollback } from './rollback';
export { rollout } from './rollout';
