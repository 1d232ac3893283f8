/** What a person reads when a cluster cannot carry out what it was asked. */
import type { KubernetesObject } from '../../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../../activities/drivers/kubernetes/connect';
import { readKubeconfig } from '../../../activities/drivers/kubernetes/kubeconfig';
import type { ContainerSpec } from '../../../src/model/container/container';
import { instanceName } from '../../../src/model/names';
import type { Service } from '../../../src/model/service';
import type { KubernetesTarget } from '../../../src/model/target';
import { describeWith } from '../../setup/parts';
import { type KubernetesBed, openKubernetesBed } from '../../targets/kubernetes';
import { failureOf } from '../fixtures';

jest.setTimeout(300_000);

describeWith(['engine', 'registry', 'images', 'kubernetes'], 'a cluster', () => {
  let bed: KubernetesBed;
  let cluster: ReturnType<typeof connectCluster>;
  beforeAll(async () => {
    bed = await openKubernetesBed({ nodes: 1 });
    const { kubeconfig } = bed.cluster;
    cluster = connectCluster(await readKubeconfig({ kubeconfig }, { env: {}, refuseProgram: async () => 'no' }));
  });
  afterAll(() => bed?.cleanUp());

  const own = (container: Partial<ContainerSpec>, more: Partial<Service> = {}) => {
    const plain = bed.service('web', { healthyWithinMs: 20_000, ...more });
    return { ...plain, container: { ...plain.container, ...container } };
  };
  const start = async (release: string, service: Service) => {
    bed.release(release, { services: [service] });
    await bed.prepare(release, ['web']);
    return failureOf(bed.perform('startInstances', { release, service: 'web', count: service.replicas }));
  };
  const apply = (object: object) =>
    cluster.apply({ apiVersion: 'v1', ...object } as unknown as KubernetesObject, { fieldManager: 'test' });

  it('names the exit status and the last lines of what ends', async () => {
    const failed = await start('crash', own({ command: ['sh', '-c', 'echo no database >&2; exit 3'] }));
    expect(failed).toMatchObject({
      kind: 'unhealthy',
      message: expect.stringMatching(/-crash-web-\S+ ended with exit status 3 on node \S+$/),
      lastLines: ['no database'],
    });
  });

  it('names what a health command waits for', async () => {
    const failed = await start('ill', own({ healthcheck: { test: ['CMD', 'false'] } }, { healthyWithinMs: 6_000 }));
    expect(failed).toMatchObject({
      kind: 'unhealthy',
      message: expect.stringMatching(
        /was not healthy within 6 s: 0 of 1 pods are ready; one runs on node .*raise services\.web\.healthyWithin/,
      ),
    });
  });

  it('says at once that the registry does not have an image', async () => {
    const image = `${bed.image.split('@')[0]}@sha256:${'0'.repeat(64)}`;
    const failed = await start('gone', own({}, { image }));
    expect(failed).toMatchObject({
      kind: 'no-such-image',
      message: expect.stringContaining('has an image that the registry does not have'),
    });
  });

  it('names a program that the image does not have', async () => {
    const failed = await start('nowhere', own({ entrypoint: ['/nowhere'], command: [] }));
    expect(failed).toMatchObject({
      kind: expect.stringMatching(/bad-command|unhealthy/),
      message: expect.stringContaining('/nowhere'),
    });
  });

  it('says that no node has room, and what would help', async () => {
    const placement = { constraints: ['node.labels.disk == ssd'] };
    const failed = await start('room', own({}, { placement, healthyWithinMs: 5_000 }));
    expect(failed).toMatchObject({
      kind: 'unhealthy',
      message: expect.stringMatching(
        /no node takes one: "0\/1 nodes are available: .*Give the cluster room, or ask for less/,
      ),
    });
  });

  it('says which quota is exceeded, and that a release needs room beside the former one', async () => {
    const { namespace } = bed.target;
    const used = String((await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace })).length);
    const name = { name: 'small', namespace };
    await apply({ kind: 'ResourceQuota', metadata: name, spec: { hard: { pods: used } } });
    const failed = await start('quota', own({}));
    await cluster.delete({ apiVersion: 'v1', kind: 'ResourceQuota', ...name });
    expect(failed).toMatchObject({
      kind: 'quota',
      message: expect.stringMatching(/gets no pods: ".*exceeded quota: small.*the quota must hold both/),
    });
  });

  it('says that somebody changed the set meanwhile', async () => {
    const service = own({});
    bed.release('changed', { services: [service] });
    await bed.prepare('changed', ['web']);
    await bed.perform('startInstances', { release: 'changed', service: 'web', count: 1 });
    const name = instanceName(bed.bed.place, 'changed', 'web');
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace: bed.target.namespace };
    const at = '/spec/template/spec/containers/0/image';
    await cluster.patch(ref, [{ op: 'replace', path: at, value: `${bed.image.split('@')[0]}:1` }], 'kubectl-edit');
    const failed = await failureOf(bed.perform('startInstances', { release: 'changed', service: 'web', count: 1 }));
    expect(failed).toMatchObject({
      kind: 'changed-meanwhile',
      message: expect.stringMatching(/has another specification than the release's.*Find out who changes it/),
    });
    expect((await bed.observe()).changed).toEqual([expect.stringContaining(`${name} was changed by kubectl-edit`)]);
  });

  it('keeps what a secret is out of every object but its Secret', async () => {
    process.env['KUBE_TOKEN'] = 's3cret-value';
    const secrets = { TOKEN: { env: 'KUBE_TOKEN' } };
    const service = own({ environment: { TOKEN: '{{secret:TOKEN}}' }, command: ['sh', '-c', 'echo $TOKEN; exit 1'] });
    bed.release('secret', { services: [service], secrets });
    await bed.prepare('secret', ['web']);
    const failed = await failureOf(bed.perform('startInstances', { release: 'secret', service: 'web', count: 1 }));
    expect(failed).toMatchObject({ message: expect.stringContaining('ended with exit status 1') });
    expect(JSON.stringify(failed)).not.toContain('s3cret-value');
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['v1', 'Pod'],
      ['v1', 'ConfigMap'],
    ] as const) {
      const all = await cluster.list({ apiVersion, kind, namespace: bed.target.namespace });
      expect(JSON.stringify(all)).not.toContain('s3cret-value');
    }
  });

  it('checks rights and version with the Role that bootstrap prints', async () => {
    const { drivers, loadRecord } = bed.bed.deps;
    const { environments, registry } = await loadRecord(bed.bed.refTo('ill'));
    const subject = { app: 'shop', host: bed.target, registry, environment: environments[0]! };
    const { ok, found } = await drivers.kubernetes.check(subject);
    expect([ok, found.rights, found.quota]).toEqual([
      true,
      { ok: true, what: expect.any(String) },
      { ok: true, what: 'none' },
    ]);
  });

  it('names a storage class that the cluster does not have', async () => {
    const { drivers, loadRecord } = bed.bed.deps;
    const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
    const db = { ...own({ mounts }), name: 'db', kind: 'accessory' as const };
    bed.release('stored', {
      services: [db],
      volumes: [{ name: 'data', labels: { 'storage.class': 'fast' } }],
    });
    const { environments, registry } = await loadRecord(bed.bed.refTo('stored'));
    const check = async (host: KubernetesTarget) =>
      (await drivers.kubernetes.check({ app: 'shop', host, registry, environment: environments[0]! })).found.volumes;
    expect(await check(bed.target)).toEqual({ ok: true, what: '1, whose classes the account may not look at' });
    expect(await check({ ...bed.target, kubeconfig: bed.cluster.kubeconfig })).toEqual({
      ok: false,
      what: expect.stringMatching(/has no storage class fast\. .* storage\.class of the volume: folders$/),
    });
  });
});
