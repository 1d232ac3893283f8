import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { HandOver } from '../../../src/model/environment/hand-over';

const OBJECTS = 'deployments,statefulsets,services,configmaps,persistentvolumeclaims';

/** Nothing stops: the objects are the team's own from then on. */
export function handOver({ targets }: EnvironmentRecord): HandOver {
  const namespaces = targets.flatMap((target) => ('namespace' in target ? [target.namespace] : []));
  return {
    says: 'What runs goes on as it is, without windlass. To have it as manifests:',
    command: { before: namespaces.map((name) => `kubectl -n ${name} get ${OBJECTS} -o yaml`).join(' && '), after: '' },
    where: 'Secrets stay in the namespace and are not in it.',
  };
}
