import { recordRepository } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { connectRegistry, type Registry } from '../drivers/registry/registry';
import { currentWatch } from '../heartbeat';
import { loginFor, SecretReader } from '../secrets';

/** The place in a registry where the records and the ledger of an app are kept. */
export interface Records {
  registry: Registry;
  /** Without the registry's host. */
  repository: string;
}

/**
 * That place, with the registry's login read now. Permanent failure when the login cannot be read. It is asked until the signal is
 * given, that of the running activity.
 */
export async function openRecords(
  access: RegistryAccess,
  app: string,
  signal = currentWatch().signal,
): Promise<Records> {
  const login = await loginFor(access, new SecretReader(process.env, false, signal));
  const registry = connectRegistry(access.address, login, signal);
  return { registry, repository: recordRepository(access.address, app).slice(registry.host.length + 1) };
}
