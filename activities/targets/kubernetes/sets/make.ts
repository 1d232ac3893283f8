import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { nameOfVolume, storesOf } from '../../../../src/model/container/data';
import { claimName, pullSecretName, shortName } from '../../../../src/model/kubernetes/names';
import type { Manifest } from '../../../../src/model/kubernetes/objects';
import { podTemplate } from '../../../../src/model/kubernetes/pod';
import { deploymentOf, jobOf, statefulSetOf } from '../../../../src/model/kubernetes/sets';
import { accessoryName, instanceName } from '../../../../src/model/names';
import type { Service } from '../../../../src/model/service';
import { hashSpec } from '../../../engines/hash-spec';
import { type Identity, labelsOf } from '../../../engines/make';
import { withCommand } from '../../../engines/one-off';
import type { KubernetesContext } from '../context';
import type { Kind } from '../space';
import { placeContents } from './contents';
import { hostsFor } from './hosts';
import { metadataOf, ownLabels } from './labels';

/** A wanted set. `whole` is read only when it must be made, because that reads secrets. */
export interface Make {
  kind: Extract<Kind, 'Deployment' | 'StatefulSet' | 'Job'>;
  name: string;
  spec: string;
  release: string;
  service: Service;
  environment: EnvironmentRecord;
  /** What its pods are found by. */
  selector: Record<string, string>;
  whole(replicas: number): Promise<Manifest>;
}

/** All instances of a service of a release. */
export const makeSet = (
  ctx: KubernetesContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Make =>
  makeOf(ctx, environment, service, {
    kind: 'Deployment',
    name: instanceName(ctx.place, release, service.name),
    spec: hashSpec(service),
    release,
    selector: ownLabels(ctx.place, { role: 'instance', release, service: service.name }),
    words: { role: 'instance', step: 'startInstances' },
  });

export const makeAccessory = (
  ctx: KubernetesContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Make =>
  makeOf(ctx, environment, service, {
    kind: 'StatefulSet',
    name: accessoryName(ctx.place, service.name),
    spec: hashSpec(service, environment.volumes),
    release,
    selector: ownLabels(ctx.place, { role: 'accessory', service: service.name }),
    words: { role: 'accessory', step: 'startAccessory', ...(service.irreversible && { irreversible: 'true' }) },
  });

/** A command in the service's image; an empty one is the service's own. */
export function makeJob(
  ctx: KubernetesContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
  { name, command, step, caller }: { name: string; command: string[]; step: 'runOneOff' | 'verify'; caller?: string },
): Make {
  const own = withCommand(service, command);
  return makeOf(ctx, environment, own, {
    kind: 'Job',
    name: shortName(name),
    spec: hashSpec(own),
    release,
    selector: { 'job-name': shortName(name) },
    podLabels: ownLabels(ctx.place, { role: 'one-off', release, service: service.name }),
    words: { role: 'one-off', step },
    caller,
  });
}

function makeOf(
  ctx: KubernetesContext,
  environment: EnvironmentRecord,
  service: Service,
  {
    kind,
    name,
    selector,
    podLabels = selector,
    ...identity
  }: Identity & Pick<Make, 'kind' | 'name' | 'selector'> & { podLabels?: Record<string, string> },
): Make {
  const { release, spec } = identity;
  const { place } = ctx;
  return {
    kind,
    name,
    spec,
    release,
    service,
    environment,
    selector,
    async whole(replicas) {
      const routed = routedPorts(environment, service);
      const metadata = metadataOf(place, name, await labelsOf(ctx, environment, service, identity));
      const template = podTemplate({
        service,
        labels: podLabels,
        routed,
        hosts: await hostsFor(ctx, environment, release, service),
        claims: claimsOf(environment, service),
        ...((await hasLogin(ctx, release)) && { pullSecret: pullSecretName(place) }),
        isJob: kind === 'Job',
        ...(await placeContents(ctx, { name, release, environment, service })),
      });
      if (kind === 'Job') return jobOf(metadata, template);
      const { healthcheck } = service.container;
      const isMute = routed.length === 0 && (!healthcheck?.test || healthcheck.disabled === true);
      const make = { metadata, selector, template, service, replicas, isMute };
      return kind === 'Deployment' ? deploymentOf(make) : statefulSetOf(withStores(ctx, environment, make));
    },
  };
}

/** What it writes to, in the words of the compose file, so that it can be compared with the next release. */
function withStores(
  { place }: KubernetesContext,
  environment: EnvironmentRecord,
  make: Parameters<typeof statefulSetOf>[0],
): Parameters<typeof statefulSetOf>[0] {
  const stores = storesOf(environment, make.service).map(({ store, target }) => ({ store, target }));
  const annotations = { ...make.metadata.annotations, [`${place.installation}.stores`]: JSON.stringify(stores) };
  return { ...make, metadata: { ...make.metadata, annotations } };
}

export const routedPorts = ({ routes }: EnvironmentRecord, { name }: Service): number[] => [
  ...new Set(routes.filter(({ service }) => service === name).map(({ port }) => port)),
];

/** Volume of the model → the claim. */
export const claimsOf = (environment: EnvironmentRecord, { container }: Service): Record<string, string> =>
  Object.fromEntries(
    container.mounts.flatMap((mount) =>
      mount.type === 'volume' ? [[mount.volume, claimName(nameOfVolume(environment, mount.volume))]] : [],
    ),
  );

export const hasLogin = async ({ findRecord }: KubernetesContext, release: string): Promise<boolean> =>
  (await findRecord(release))?.registry.username !== undefined;
