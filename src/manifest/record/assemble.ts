import type { ApprovalPolicy } from '../../model/approval/decision';
import { projectName } from '../../model/names';
import type { RegistryAccess } from '../../model/release';
import type { Network, Route, Service, Volume } from '../../model/service';
import type { EnvironmentRecord } from './record';
import type { Manifest, ManifestEnvironment } from '../schema';
import { placeTargets } from '../targets';

export interface ComposedEnvironment {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
}

/** The frozen configuration of an environment; the images of its services come with the digests. */
export function assembleEnvironment(
  app: string,
  name: string,
  said: ManifestEnvironment,
  { services, networks, volumes, routes }: ComposedEnvironment,
): EnvironmentRecord {
  return {
    name,
    project: projectOf(app, name, said),
    targets: placeTargets(said, services),
    strategy: said.strategy,
    services,
    networks,
    volumes,
    routes,
    verifications: said.verify,
    ...(said.approval && { approval: policyOf(said.approval) }),
    soakMs: said.soak,
    retention: said.retention,
    onFailure: said.onFailure,
    operators: said.operators,
    secrets: said.secrets,
    variables: said.variables,
    compose: said.compose,
    ...(said.order === 'newest' && { order: said.order }),
  };
}

/** The compose project of an environment. */
export const projectOf = (app: string, name: string, { project }: Pick<ManifestEnvironment, 'project'>): string =>
  project ?? projectName(app, name);

const policyOf = ({ from, count, starter, timeout }: NonNullable<ManifestEnvironment['approval']>): ApprovalPolicy => ({
  from,
  count,
  starterMay: starter === 'may',
  timeoutMs: timeout,
});

/** The registry of the manifest, else the worker's default; undefined when there is neither. */
export function registryOf({ registry }: Manifest, workers: string | undefined): RegistryAccess | undefined {
  if (typeof registry === 'object') return registry;
  const address = registry ?? workers;
  return address === undefined ? undefined : { address };
}
