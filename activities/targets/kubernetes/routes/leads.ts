import type { Manifest } from '../../../../src/model/kubernetes/objects';
import type { Route } from '../../../../src/model/service';
import type { OperationInputs } from '../../../../src/model/plan';
import type { JsonPatch, KubernetesObject } from '../../../drivers/kubernetes/cluster';
import type { KubernetesContext } from '../context';
import { ownLabels } from '../../../../src/model/kubernetes/labels';
import type { Kind } from '../space';

/** What traffic is to go to: the routes of a release, and the one beside it during a split. */
export interface LeadsTo {
  release: string;
  routes: Route[];
  part?: OperationInputs['switchRoutes']['part'];
}

/** What leads the traffic: a Service that the team's Ingress goes to, or an HTTPRoute. */
export interface Leads {
  kind: Extract<Kind, 'Service' | 'HTTPRoute'>;
  /** What one is of: the routes of one service, or of one host name. */
  keyOf(route: Route): string;
  /** What one that is there is of. */
  keyIn(lead: KubernetesObject): string;
  nameOf(key: string): string;
  /** It is there, and leads where it led; to nowhere where it is new. */
  ensure(key: string, routes: Route[]): Promise<void>;
  /** As it is once the traffic is there. */
  describe(key: string, to: LeadsTo): Promise<Manifest>;
  /** What makes it lead there, or nowhere; where windlass leaves it (`left`, as it is), back to where it led before. */
  patchTo(key: string, to: LeadsTo | undefined, left?: KubernetesObject): Promise<JsonPatch[]>;
  /** Waits until the cluster sends requests there. */
  readBack(key: string, to: LeadsTo | undefined): Promise<void>;
}

/** Of one environment. */
export const leadsOf = ({ space, place }: Pick<KubernetesContext, 'space' | 'place'>, kind: Leads['kind']) =>
  space.list<KubernetesObject>(kind, ownLabels(place, { role: 'proxy' }));

/** The fencing token of the rollout that has changed it last, and the release that it meant; nothing of one that nobody has switched yet. */
export function readSwitch(
  installation: string,
  { metadata }: KubernetesObject,
): { counter: number; release?: string } {
  const { [`${installation}.counter`]: counter = '0', [`${installation}.switched-to`]: release } =
    metadata.annotations ?? {};
  return { counter: Number(counter), ...(release && { release }) };
}

export const writeSwitch = (installation: string, counter: number, release: string | undefined) => ({
  [`${installation}.counter`]: String(counter),
  [`${installation}.switched-to`]: release ?? '',
});
