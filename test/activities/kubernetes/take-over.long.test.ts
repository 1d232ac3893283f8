/** A Service that a team has already, and the pods behind it. */
import type { KubernetesObject } from '../../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../../activities/drivers/kubernetes/connect';
import { readKubeconfig } from '../../../activities/drivers/kubernetes/kubeconfig';
import { rulesFor } from '../../../activities/targets/kubernetes/rights';
import { ask } from '../../../lab/traffic/client';
import { describeWith } from '../../setup/parts';
import { type KubernetesBed, openKubernetesBed } from '../../targets/kubernetes';
import { uniqueName, until } from '../fixtures';

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

  it('is not needed by a Gateway, whose HTTPRoute splits the requests of a canary', async () => {
    const { name: gateway, namespace: at, address } = bed.cluster.gateway;
    const route = { gateway, namespace: at };
    const namespace = uniqueName('ns');
    const rules = rulesFor({ route }).map(({ group, ...rule }) => ({ apiGroups: [group], ...rule }));
    const target = { ...bed.target, namespace, route, kubeconfig: await bed.cluster.account({ namespace, rules }) };
    const know = { know: ['old', 'new'] };
    const web = { ...ROUTES[0]!, host: 'canary.localhost' };
    for (const release of know.know) {
      const own = bed.service('web');
      const container = { ...own.container, environment: { NAME: release } };
      bed.bed.release(release, { targets: [target], services: [{ ...own, container }], routes: [web] });
      await bed.bed.perform('createNetworks', { release }, know);
      await bed.bed.perform('startInstances', { release, service: 'web', count: 1 }, know);
    }
    const answers = async () => {
      const found = await Promise.all(Array.from({ length: 40 }, () => ask({ address, host: web.host })));
      return ['old', 'new'].map((release) => found.filter((answer) => answer.trim() === release).length);
    };
    await bed.bed.perform('switchRoutes', { release: 'old' }, know);
    // This account may not look at the Gateway, so its own word ends a switch: the proxy follows it a little later.
    const answered = (share: (old: number, fresh: number) => boolean) =>
      until(() =>
        answers().then(
          ([old, fresh]) => share(old!, fresh!),
          () => false,
        ),
      );
    await answered((old) => old === 40);
    expect(await answers()).toEqual([40, 0]);
    await bed.bed.perform('switchRoutes', { release: 'new', part: { percent: 25, beside: { release: 'old' } } }, know);
    await answered((_, fresh) => fresh > 0);
    const [old, fresh] = await answers();
    expect(old! + fresh!).toBe(40);
    expect(fresh!).toBeGreaterThan(0);
    expect(old!).toBeGreaterThan(fresh!);
    await bed.bed.perform('switchRoutes', { release: 'new' }, know);
    await answered((old) => old === 0);
    expect(await answers()).toEqual([0, 40]);
  });
});
