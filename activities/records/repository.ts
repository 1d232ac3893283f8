import { recordRepository } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { connectRegistry, type Registry } from '../drivers/registry/registry';
import { requireRegistry } from '../policy/allowed';
import { currentWatch } from '../heartbeat';
import { loginFor, SecretReader } from '../secrets';

export interface Records {
  registry: Registry;
  repository: string;
}

/**
 * The repository, with the registry's login read now; fails permanently when it cannot be read, or the
 * policy does not allow it. The signal is the running activity's.
 */
export async function openRecords(
  access: RegistryAccess,
  app: string,
  signal = currentWatch().signal,
): Promise<Records> {
  await requireRegistry(app, access);
  const login = await loginFor(access, new SecretReader(process.env, false, signal));
  const registry = connectRegistry(access.address, login, signal);
  return { registry, repository: recordRepository(access.address, app).slice(registry.host.length + 1) };
}
