import { type EnvironmentRef, instanceName } from '../names';
import type { Service } from '../service';
import { type KubernetesTarget, replicasOn } from '../target';
import { metadataOf, ownLabels } from './labels';
import { releaseMarker, shortName } from './names';
import type { Manifest } from './objects';

/** What an environment may want besides, for the pods of one release. */
export interface GuardMake {
  place: EnvironmentRef;
  release: string;
  target: KubernetesTarget;
  services: Service[];
  /** Service → the ports of its routes. */
  routed(service: Service): number[];
}

/** The PodDisruptionBudgets and NetworkPolicies of a release, where the manifest wants them. */
export const guardsOf = (make: GuardMake): Manifest[] => [
  ...(make.target.disruptionBudgets ? budgetsOf(make) : []),
  ...(make.target.networkPolicies ? policiesOf(make) : []),
];

/** A node that is drained takes one pod of a service at a time. Of a single pod it would keep the node from ever being empty. */
const budgetsOf = ({ place, release, target, services }: GuardMake): Manifest[] =>
  services
    .filter((service) => isKeptUp(service) && replicasOn(target, service) > 1)
    .map(({ name: service }) => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(
        place,
        instanceName(place, release, service),
        ownLabels(place, { role: 'network', service, release }),
      ),
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: ownLabels(place, { role: 'instance', service, release }) },
      },
    }));

const isKeptUp = ({ kind }: Service) => kind === 'released' || kind === 'background';

/**
 * Only the environment's own pods reach its pods, and everybody a routed port. Each release has its own policies, which the cluster
 * adds up: so the policies of the former one neither admit nor keep out anybody once they are gone.
 */
function policiesOf({ place, release, services, routed }: GuardMake): Manifest[] {
  const everyRole = ownLabels(place, { role: 'instance' });
  const { [`${place.installation}.role`]: _, ...environment } = everyRole;
  const own = [{ podSelector: { matchLabels: environment } }];
  const policy = (what: string, matchLabels: Record<string, string>, ingress: object[]): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(
      place,
      shortName(`${releaseMarker(place, release)}-${what}`),
      ownLabels(place, { role: 'network', release }),
    ),
    spec: { podSelector: { matchLabels }, policyTypes: ['Ingress'], ingress },
  });
  const ofRelease = { ...environment, [`${place.installation}.release`]: release };
  const isRouted = (service: Service) => routed(service).length > 0;
  return [
    policy('pods', ofRelease, [{ from: own }]),
    policy('accessories', ownLabels(place, { role: 'accessory' }), [{ from: own }]),
    ...services
      .filter(isRouted)
      .map((service) =>
        policy(`routes-${service.name}`, { ...ofRelease, [`${place.installation}.service`]: service.name }, [
          { ports: routed(service).map((port) => ({ port, protocol: 'TCP' })) },
        ]),
      ),
  ];
}
