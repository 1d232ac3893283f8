import type { ApprovalPolicy } from '../model/decision';
import { projectName } from '../model/names';
import type { RegistryAccess } from '../model/release';
import type { Network, Route, Service, Volume } from '../model/service';
import { placeServices } from './placement';
import type { EnvironmentRecord } from './record';
import type { Manifest, ManifestEnvironment } from './schema';

/** What the compose files of an environment became. */
export interface ComposedEnvironment {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
}

/** The frozen configuration of one environment; the images of its services come with the digests. */
export function assembleEnvironment(
  app: string,
  name: string,
  said: ManifestEnvironment,
  { services, networks, volumes, routes }: ComposedEnvironment,
): EnvironmentRecord {
  return {
    name,
    project: projectOf(app, name, said),
    hosts: placeServices(said, services),
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
  };
}

/** The compose project that an environment is. */
export const projectOf = (app: string, name: string, { project }: Pick<ManifestEnvironment, 'project'>): string =>
  project ?? projectName(app, name);

const policyOf = ({ from, count, starter, timeout }: NonNullable<ManifestEnvironment['approval']>): ApprovalPolicy => ({
  from,
  count,
  starterMay: starter === 'may',
  timeoutMs: timeout,
});

/** Where images and records go: what the manifest says, else the worker's default; undefined when neither says it. */
export function registryOf({ registry }: Manifest, workers: string | undefined): RegistryAccess | undefined {
  if (typeof registry === 'object') return registry;
  const address = registry ?? workers;
  return address === undefined ? undefined : { address };
}
