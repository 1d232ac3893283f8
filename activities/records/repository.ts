import { recordRepository } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { connectRegistry, type Registry } from '../drivers/registry/registry';
import { loginFor } from '../secrets';

/** The place in a registry where the records and the ledger of an app are kept. */
export interface Records {
  registry: Registry;
  /** Without the registry's host. */
  repository: string;
}

/** That place, with the registry's login read now. Permanent failure when the login cannot be read. */
export async function openRecords(access: RegistryAccess, app: string): Promise<Records> {
  const registry = connectRegistry(access.address, await loginFor(access));
  return { registry, repository: recordRepository(access.address, app).slice(registry.host.length + 1) };
}
