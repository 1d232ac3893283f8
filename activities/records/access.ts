import type { RegistryAccess } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import type { Settings } from '../settings';

/** The registry that was named, else the worker's own. Permanent failure (kind `no-registry`) without either. */
export function accessTo(
  { registry: own }: Pick<Settings, 'registry'>,
  app: string,
  named: RegistryAccess | undefined,
): RegistryAccess {
  if (named) return named;
  if (own !== undefined) return { address: own };
  throw permanent({
    kind: 'no-registry',
    message: `${app}: no registry is known. Set WINDLASS_REGISTRY where the worker is started`,
  });
}
