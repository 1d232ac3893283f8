import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { wordsOfCause } from '../../../src/model/failure';
import type { HostCheck, HostFinding, HostQuestion } from '../../../src/model/inspection';
import { describeLack } from '../../../src/model/kubernetes/quota';
import { claimsFor } from '../../../src/model/kubernetes/release';
import { isRoutedOn, type KubernetesTarget, replicasOn, servicesOn } from '../../../src/model/target';
import type { KubernetesObject } from '../../drivers/kubernetes/cluster';
import type { CheckSubject } from '../driver';
import { type KubernetesDeps, openSpace } from './context';
import { rulesFor } from './rights';
import type { Space } from './space';

/** What was tried lies between these minor versions. */
const OLDEST_MINOR = 34;

const fine = (what: string): HostFinding => ({ ok: true, what });
const wrong = (what: string): HostFinding => ({ ok: false, what });

/** Checks everything a release needs from a cluster, and changes nothing. */
export async function checkNamespace(
  deps: KubernetesDeps,
  { host: target, environment }: CheckSubject<KubernetesTarget>,
): Promise<HostCheck> {
  const found: HostCheck['found'] = {};
  const look = async (question: HostQuestion, ask: () => Promise<HostFinding>) => {
    found[question] = await ask().catch((error: unknown) => wrong(wordsOfCause(error)));
  };
  const opened = openSpace(deps, target);
  opened.catch(() => undefined);
  await look('reached', async () => fine((await opened).cluster.server));
  if (found.reached?.ok)
    await Promise.all([
      look('engine', async () => checkVersion(await opened)),
      look('rights', async () => checkRights(await opened, target)),
      look('quota', async () => checkQuota(await opened, environment, target)),
      look('volumes', async () => checkClasses(await opened, environment, target)),
      look('proxy', async () =>
        isRoutedOn(environment, target.name) ? checkRoute(await opened, target) : fine('none needed'),
      ),
    ]);
  const ok = Object.values(found).every((finding) => finding.ok);
  return { environment: environment.name, host: target.name, ok, found, composed: [] };
}

async function checkVersion({ cluster }: Space): Promise<HostFinding> {
  const { gitVersion, minor } = await cluster.version();
  return Number.parseInt(minor, 10) < OLDEST_MINOR
    ? wrong(`Kubernetes ${gitVersion} is too old: pods that leave could not wait. Expected 1.${OLDEST_MINOR} or later`)
    : fine(gitVersion);
}

async function checkRights({ cluster, namespace }: Space, target: KubernetesTarget): Promise<HostFinding> {
  const wanted = rulesFor(target).flatMap(({ group, resources, verbs }) =>
    resources.flatMap((name) => {
      const [resource = '', subresource] = name.split('/');
      return verbs.map((verb) => ({ namespace, group, resource, verb, ...(subresource && { subresource }) }));
    }),
  );
  const answers = await Promise.all(wanted.map(async (one) => ((await cluster.may(one)).allowed ? [] : [one])));
  const lacking = answers.flat();
  if (lacking.length === 0) return fine(`${wanted.length} rights`);
  const what = lacking.map(
    ({ verb, resource, subresource }) => `${verb} ${[resource, subresource].filter(Boolean).join('/')}`,
  );
  return wrong(
    `the worker's account may not ${what.slice(0, 5).join(', ')}${what.length > 5 ? ` and ${what.length - 5} more` : ''} in ${namespace}. Apply the Role that windlass bootstrap prints`,
  );
}

interface QuotaObject extends KubernetesObject {
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

/** A release runs beside the former one until it is committed. */
async function checkQuota(
  space: Space,
  environment: EnvironmentRecord,
  target: KubernetesTarget,
): Promise<HostFinding> {
  const quotas = await space.list<QuotaObject>('ResourceQuota', {});
  const beside = servicesOn(environment, target.name)
    .filter(({ kind }) => kind === 'released' || kind === 'background')
    .map((service) => ({ service, count: replicasOn(target, service) }));
  for (const { metadata, status = {} } of quotas) {
    const { hard = {}, used = {} } = status;
    const lack = describeLack({ name: metadata.name, hard, used }, beside);
    if (lack !== undefined) return wrong(lack);
  }
  const pods = beside.reduce((sum, { count }) => sum + count, 0);
  return fine(quotas.length === 0 ? 'none' : `room for ${pods} more pods`);
}

const STORAGE = { group: 'storage.k8s.io', resource: 'storageclasses' };

/** A claim waits for ever for a class that does not exist. Classes are the cluster's, so the account may have no right to look at them. */
async function checkClasses(
  { cluster }: Space,
  environment: EnvironmentRecord,
  target: KubernetesTarget,
): Promise<HostFinding> {
  const place = { installation: '', app: '', environment: environment.name };
  const claims = servicesOn(environment, target.name)
    .filter(({ kind }) => kind === 'accessory')
    .flatMap((service) => claimsFor(place, environment, service));
  if (claims.length === 0) return fine('none');
  if (!(await cluster.may({ ...STORAGE, verb: 'list' })).allowed)
    return fine(`${claims.length}, whose classes the account may not look at`);
  const classes = await cluster.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' });
  const names = classes.map(({ metadata }) => metadata.name).sort();
  const hasDefault = classes.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  for (const { metadata, spec } of claims) {
    const { storageClassName: wanted } = spec as { storageClassName?: string };
    const found = wanted === undefined ? hasDefault : names.includes(wanted);
    if (found) continue;
    const lacks = wanted === undefined ? 'no default storage class' : `no storage class ${wanted}`;
    return wrong(
      `the claim ${metadata.name} would wait for ever: the cluster has ${lacks}. Write one as the label storage.class of the volume: ${names.join(', ') || 'it has none'}`,
    );
  }
  return fine(`${claims.length}`);
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

interface GatewayObject extends KubernetesObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

async function checkRoute({ cluster, namespace }: Space, { route }: KubernetesTarget): Promise<HostFinding> {
  if (route === 'service') return fine("the team's own");
  const { gateway, namespace: where = namespace } = route;
  const apiVersion = 'gateway.networking.k8s.io/v1';
  if (!(await cluster.resourcesOf(apiVersion))?.includes('httproutes'))
    return wrong('the cluster has no Gateway API. Let its owner install it and a Gateway, or write route: service');
  const isForeign = where !== namespace && !(await mayRead(cluster, where));
  if (isForeign) return fine(`Gateway ${gateway} of ${where}, which the account may not look at`);
  const found = await cluster.get<GatewayObject>({ apiVersion, kind: 'Gateway', namespace: where, name: gateway });
  if (!found) return wrong(`there is no Gateway ${gateway} in ${where}. Name one of: kubectl get gateways -A`);
  const programmed = found.status?.conditions?.find(({ type }) => type === 'Programmed');
  return programmed?.status === 'True'
    ? fine(`Gateway ${gateway}`)
    : wrong(
        `the Gateway ${gateway} is not programmed${programmed?.message ? `: "${programmed.message}"` : ''}. Look at it: kubectl describe gateway ${gateway} -n ${where}. Its controller may want newer definitions of the Gateway API`,
      );
}

const mayRead = async (cluster: Space['cluster'], namespace: string): Promise<boolean> =>
  (await cluster.may({ namespace, group: 'gateway.networking.k8s.io', resource: 'gateways', verb: 'get' })).allowed;
