/** A Service that a team has already, and the pods behind it. */
import type { KubernetesObject } from '../../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../../activities/drivers/kubernetes/connect';
import { readKubeconfig } from '../../../activities/drivers/kubernetes/kubeconfig';
import { describeWith } from '../../setup/parts';
import { type KubernetesBed, openKubernetesBed } from '../../targets/kubernetes';

jest.setTimeout(300_000);

const SELECTOR = { app: 'former' };
const ROUTES = [{ service: 'web', host: 'web.localhost', path: '/', port: 80 }];

describeWith(['engine', 'registry', 'images', 'kubernetes'], 'a Service of the team', () => {
  let bed: KubernetesBed;
  let cluster: ReturnType<typeof connectCluster>;
  const ref = () => ({ apiVersion: 'v1', kind: 'Service', name: 'web', namespace: bed.target.namespace });
  const selector = async () =>
    (await cluster.get<KubernetesObject & { spec: { selector?: object } }>(ref()))!.spec.selector;

  beforeAll(async () => {
    bed = await openKubernetesBed({ nodes: 1 });
    const { kubeconfig } = bed.cluster;
    cluster = connectCluster(await readKubeconfig({ kubeconfig }, { env: {}, refuseProgram: async () => 'no' }));
    const { namespace } = bed.target;
    const apply = (object: object) => cluster.apply(object as KubernetesObject, { fieldManager: 'team' });
    const container = { name: 'web', image: bed.image, command: ['httpd', '-f', '-p', '80'] };
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'former', namespace, labels: SELECTOR },
      spec: { containers: [container], terminationGracePeriodSeconds: 0 },
    });
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: SELECTOR, ports: [{ port: 80 }] },
    });
  });
  afterAll(() => bed?.cleanUp());

  it('leads to the release, and back to what it led to before when a first release fails', async () => {
    bed.release('one', { services: [bed.service('web')], routes: ROUTES });
    await bed.prepare('one', ['web']);
    await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
    await bed.perform('switchRoutes', { release: 'one' });
    expect(await selector()).not.toMatchObject(SELECTOR);
    // A second attempt remembers what was there first.
    await bed.perform('switchRoutes', { release: 'one' });
    await bed.perform('switchRoutes', {});
    expect(await selector()).toEqual(SELECTOR);
  });
});
