import { nameOfVolume, storesOf } from '../container/data';
import type { EnvironmentRef } from '../names';
import type { Route, Service } from '../service';
import { metadataOf } from './labels';
import { claimName, pullSecretName } from './names';
import type { Manifest } from './objects';
import { podTemplate, type PodMake } from './pod';
import { deploymentOf, jobOf, statefulSetOf } from './sets';

/** What of an environment is read here. */
export type EnvironmentModel = Parameters<typeof storesOf>[0] & { routes: Route[] };

/** Everything that a set of pods, or a command's Job, depends on. */
export interface WholeMake extends Pick<PodMake, 'hosts' | 'secret' | 'config'> {
  kind: 'Deployment' | 'StatefulSet' | 'Job';
  name: string;
  place: EnvironmentRef;
  environment: EnvironmentModel;
  service: Service;
  replicas: number;
  labels: Record<string, string>;
  /** Of a set. What finds its pods never changes. */
  selector: Record<string, string>;
  podLabels: Record<string, string>;
  /** The registry wants a login. */
  hasLogin: boolean;
}

/** A service, or a command of it, as the cluster gets it. The same is always written in the same way. */
export function wholeOf(make: WholeMake): Manifest {
  const { kind, name, place, environment, service, replicas, labels, selector, podLabels, hosts } = make;
  const { secret, config } = make;
  const routed = routedPorts(environment, service);
  const metadata = metadataOf(place, name, labels);
  const template = podTemplate({
    service,
    labels: podLabels,
    routed,
    hosts,
    claims: claimsOf(environment, service),
    ...(make.hasLogin && { pullSecret: pullSecretName(place) }),
    isJob: kind === 'Job',
    secret,
    config,
  });
  if (kind === 'Job') return jobOf(metadata, template);
  const { healthcheck } = service.container;
  const isMute = routed.length === 0 && (!healthcheck?.test || healthcheck.disabled === true);
  const set = { metadata, selector, template, service, replicas, isMute };
  return kind === 'Deployment' ? deploymentOf(set) : statefulSetOf(withStores(place, environment, set));
}

/** What it writes to, in the words of the compose file, so that it can be compared with the next release. */
function withStores(
  { installation }: EnvironmentRef,
  environment: EnvironmentModel,
  make: Parameters<typeof statefulSetOf>[0],
): Parameters<typeof statefulSetOf>[0] {
  const stores = storesOf(environment, make.service).map(({ store, target }) => ({ store, target }));
  const annotations = { ...make.metadata.annotations, [`${installation}.stores`]: JSON.stringify(stores) };
  return { ...make, metadata: { ...make.metadata, annotations } };
}

export const routedPorts = ({ routes }: Pick<EnvironmentModel, 'routes'>, { name }: Service): number[] => [
  ...new Set(routes.filter(({ service }) => service === name).map(({ port }) => port)),
];

/** Volume of the model → the claim. */
export const claimsOf = (environment: EnvironmentModel, { container }: Service): Record<string, string> =>
  Object.fromEntries(
    container.mounts.flatMap((mount) =>
      mount.type === 'volume' ? [[mount.volume, claimName(nameOfVolume(environment, mount.volume))]] : [],
    ),
  );
