import { bootstrap as runBootstrap } from './bootstrap';
import { cleaning as runCleaning } from './cleaning';
import { eject as runEject } from './eject';
import { environment as runEnvironment } from './environment';
import { forget as runForget } from './forget';
import { hosts as runHosts } from './hosts';
import { inspection as runInspection } from './inspection';
import { recovery as runRecovery } from './recovery';
import { release as runRelease } from './release';
import { rollback as runRollback } from './rollback';
import { rollout as runRollout } from './rollout';
import { started } from './shared/started';
import { STARTS } from './starts';

/** The workflows a worker registers, by name. */
export const bootstrap = started('bootstrap', STARTS.bootstrap, runBootstrap);
export const cleaning = started('cleaning', STARTS.cleaning, runCleaning);
export const eject = started('eject', STARTS.eject, runEject);
export const environment = started('environment', STARTS.environment, runEnvironment);
export const forget = started('forget', STARTS.forget, runForget);
export const hosts = started('hosts', STARTS.hosts, runHosts);
export const inspection = started('inspection', STARTS.inspection, runInspection);
export const recovery = started('recovery', STARTS.recovery, runRecovery);
export const release = started('release', STARTS.release, runRelease);
export const rollback = started('rollback', STARTS.rollback, runRollback);
export const rollout = started('rollout', STARTS.rollout, runRollout);
