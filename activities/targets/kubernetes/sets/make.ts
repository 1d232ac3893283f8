import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { ownLabels } from '../../../../src/model/kubernetes/labels';
import { shortName } from '../../../../src/model/kubernetes/names';
import type { Manifest } from '../../../../src/model/kubernetes/objects';
import type { Stores } from '../../../../src/model/kubernetes/volumes';
import { wholeOf } from '../../../../src/model/kubernetes/whole';
import { accessoryName, instanceName } from '../../../../src/model/names';
import type { Service } from '../../../../src/model/service';
import { hashSpec } from '../../../engines/hash-spec';
import { type Identity, labelsOf } from '../../../engines/make';
import { withCommand } from '../../../engines/one-off';
import type { KubernetesContext } from '../context';
import type { Kind } from '../space';
import { describeContents, placeContents } from './contents';
import { hostsFor } from './hosts';
import { hasLogin } from './login';

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
  /** Its Secret and ConfigMap, and itself, as they would be made now. Changes nothing. */
  describe(replicas: number): Promise<Manifest[]>;
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
  const owner = { name, release, environment, service };
  const write = async (replicas: number, stores: Pick<Stores, 'secret' | 'config'>) =>
    wholeOf({
      kind,
      name,
      place,
      environment,
      service,
      replicas,
      selector,
      podLabels,
      labels: await labelsOf(ctx, environment, service, identity),
      hosts: await hostsFor(ctx, environment, release, service),
      hasLogin: await hasLogin(ctx, release),
      ...stores,
    });
  return {
    kind,
    name,
    spec,
    release,
    service,
    environment,
    selector,
    async whole(replicas) {
      return await write(replicas, await placeContents(ctx, owner));
    },
    async describe(replicas) {
      const contents = await describeContents(ctx, owner);
      const nameOf = (of: string) => contents.find((one) => one.kind === of)?.metadata.name ?? name;
      const whole = await write(replicas, { secret: nameOf('Secret'), config: nameOf('ConfigMap') });
      return [...contents, whole];
    },
  };
}
