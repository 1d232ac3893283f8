import type { HandOver } from '../../../../src/model/environment/hand-over';
import type { Manifest } from '../../../../src/model/kubernetes/objects';
import type { KubernetesContext } from '../context';
import { GUARDS } from '../space';
import { collectManifests } from './collect';
import { printManifests } from './print';

/** What a team goes on with. What ran once has run, and a Secret is never in a file. */
const KINDS: string[] = [
  'Service',
  'PersistentVolumeClaim',
  'ConfigMap',
  'StatefulSet',
  'Deployment',
  'HTTPRoute',
  ...GUARDS,
];
/** Files of more characters stay in the cluster alone. */
const LONGEST = 500_000;

/** Nothing stops: the objects are the team's own from then on. The file has them as they run, but for windlass's own words. */
export async function handOver(ctx: KubernetesContext, release: string): Promise<HandOver> {
  const { app, environment, installation } = ctx.place;
  const { namespace } = ctx.space;
  const all = (await collectManifests(ctx, release)).filter(({ kind }) => KINDS.includes(kind)).filter(isOfTeam);
  const plain = all.map((one) => withoutWords(installation, one));
  const head = [
    `What windlass ran for ${app} ${environment}, release ${release}. Secrets are in the namespace alone.`,
    'The selectors have the labels by which the pods that run are found: they cannot change.',
  ];
  const whole = printManifests(plain, namespace, head);
  const isLong = whole.length > LONGEST;
  const short = plain.filter(({ kind }) => kind !== 'ConfigMap');
  return {
    says: 'What runs goes on as it is, without windlass. From now on it is changed by this file:',
    command: { before: 'kubectl apply', option: '-f', after: '' },
    file: {
      name: `${app}-${environment}.manifests.yml`,
      text: isLong ? printManifests(short, namespace, head) : whole,
    },
    where: `${isLong ? 'Secrets and ConfigMaps' : 'Secrets'} stay in the namespace and are not in it.`,
  };
}

/** An empty ConfigMap is windlass's own mark of a release. */
const isOfTeam = ({ kind, binaryData }: Manifest) => kind !== 'ConfigMap' || binaryData !== undefined;

function withoutWords(installation: string, { metadata, ...more }: Manifest): Manifest {
  // What keeps data runs on from an earlier release, whose name it has.
  const others = more.kind === 'StatefulSet' ? [MANAGED_BY, VERSION] : [MANAGED_BY];
  const without = (words: Record<string, string> = {}) => {
    const left = Object.entries(words).filter(([key]) => !key.startsWith(`${installation}.`) && !others.includes(key));
    return left.length > 0 ? Object.fromEntries(left) : undefined;
  };
  const [labels, annotations] = [without(metadata.labels), without(metadata.annotations)];
  const named = { name: metadata.name, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { ...more, metadata: named } as Manifest;
}

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const VERSION = 'app.kubernetes.io/version';
