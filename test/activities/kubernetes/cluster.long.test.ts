/** The client, and the cluster that the tests of Kubernetes have: real parts on both sides. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { basename, join } from 'node:path';
import type { Cluster, KubernetesObject } from '../../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../../activities/drivers/kubernetes/connect';
import { refusalIn } from '../../../activities/drivers/kubernetes/errors';
import { readKubeconfig } from '../../../activities/drivers/kubernetes/kubeconfig';
import { startKubernetes, type TestCluster } from '../../../parts/kubernetes/cluster';
import { sweepLeftovers } from '../../../parts/run/runs';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, sharedEngine, uniqueName, until } from '../fixtures';

jest.setTimeout(300_000);

const connect = async (kubeconfig: string): Promise<Cluster> =>
  connectCluster(await readKubeconfig({ kubeconfig }, { env: {}, refuseProgram: async () => 'no programs here' }));

/** What an object says of itself, in this file. */
type Seen = KubernetesObject & {
  spec: { replicas: number };
  status?: {
    availableReplicas?: number;
    phase?: string;
    conditions?: { type: string; status: string; lastHeartbeatTime?: string }[];
  };
};

const deployment = (namespace: string, image: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'web',
            image,
            command: [
              'sh',
              '-c',
              'echo started; mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www',
            ],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            ...more,
          },
        ],
      },
    },
  },
});

const service = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
});

const BY = { fieldManager: 'windlass' };

describeWith(['engine', 'registry', 'images', 'kubernetes'], 'a cluster', () => {
  const name = uniqueName('k8s');
  const repository = `${parts().registry?.address}/${name}`;
  const of = (kind: string, apiVersion = 'v1') => ({ apiVersion, kind, namespace: name });
  const WEB = { ...of('Deployment', 'apps/v1'), name: 'web' };
  let cluster: TestCluster;
  let admin: Cluster;
  let image: string;

  beforeAll(async () => {
    const push = async () => {
      await sharedEngine().tagImage(parts().images.base.name, repository, '1');
      return sharedEngine().pushImage(repository, '1', undefined);
    };
    const [started, digest] = await Promise.all([startKubernetes(parts()), push()]);
    cluster = started;
    image = `${repository}@${digest}`;
    admin = await connect(cluster.kubeconfig);
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, BY);
  });
  afterAll(() => cluster?.stop());

  const isAvailable = async (count: number) => ((await admin.get<Seen>(WEB))?.status?.availableReplicas ?? 0) === count;
  const throughGateway = (host: string) =>
    new Promise<string>((resolve, reject) => {
      get(`http://${cluster.gateway.address}/`, { headers: { host } }, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => resolve(`${answer.statusCode} ${text.trim()}`));
      }).on('error', reject);
    });

  test('has two nodes that are ready', async () => {
    const nodes = await admin.list<Seen>({ apiVersion: 'v1', kind: 'Node' });
    const ready = nodes.filter(({ status }) =>
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    );
    expect(ready.map(({ metadata }) => metadata.name).sort()).toEqual(['node1', 'node2']);
    expect((await admin.version()).gitVersion).toBe('v1.35.4');
    expect(await admin.resourcesOf('gateway.networking.k8s.io/v1')).toContain('httproutes');
    expect(await admin.resourcesOf('nowhere.test/v1')).toBeUndefined();
  });

  test('runs what lies in the registry, by its digest, and answers for it: gateway, Ingress and API server', async () => {
    await admin.apply(deployment(name, image), BY);
    await admin.apply(service(name), BY);
    await admin.apply(
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'web', namespace: name },
        spec: {
          parentRefs: [{ name: cluster.gateway.name, namespace: cluster.gateway.namespace }],
          hostnames: ['route.test'],
          rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
        },
      } as KubernetesObject,
      BY,
    );
    const path = { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } };
    await admin.apply(
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web', namespace: name },
        spec: {
          ingressClassName: cluster.gateway.ingressClass,
          rules: [{ host: 'ingress.test', http: { paths: [path] } }],
        },
      } as KubernetesObject,
      BY,
    );
    await until(() => isAvailable(2));
    await until(async () => (await throughGateway('route.test')) === '200 hello');
    await until(async () => (await throughGateway('ingress.test')) === '200 hello');
    const answer = await admin.getThrough({ namespace: name, service: 'web', port: 80, path: '/' });
    expect(answer).toMatchObject({ status: 200, body: 'hello\n' });
    const pods = await admin.list<KubernetesObject & { spec: { nodeName: string } }>(of('Pod'), { app: 'web' });
    expect(pods.map(({ spec }) => spec.nodeName).sort()).toEqual(['node1', 'node2']);
    expect(await admin.logs({ namespace: name, name: pods[0]!.metadata.name }, { tail: 1 })).toBe('started\n');
  });

  test('tells who owns what, and refuses what came too late', async () => {
    expect((await admin.apply<KubernetesObject>(deployment(name, image), BY)).metadata.generation).toBe(1);
    const other = deployment(name, image, { command: ['sleep', '1'] });
    const stolen = await admin.apply(other, { fieldManager: 'other', dryRun: true }).catch((error: unknown) => error);
    expect(refusalIn(stolen)).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(refusalIn(stolen)!.causes[0]).toMatchObject({
      reason: 'FieldManagerConflict',
      message: 'conflict with "windlass"',
    });
    const ref = { ...of('Service'), name: 'web' };
    const late = [
      { op: 'test' as const, path: '/spec/selector/app', value: 'another' },
      { op: 'replace' as const, path: '/spec/selector/app', value: 'new' },
    ];
    expect(await failureOf(admin.patch(ref, late, 'windlass'))).toMatchObject({ type: 'Permanent', kind: 'invalid' });
    const changed = await admin.patch(
      ref,
      [
        { ...late[0]!, value: 'web' },
        { ...late[1]!, value: 'web' },
      ],
      'windlass',
    );
    expect(changed).toMatchObject({ spec: { selector: { app: 'web' } } });
  });

  test('lets an account do what its role says, and nothing else', async () => {
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'create', 'patch'] }];
    const windlass = await connect(await cluster.account({ namespace: name, rules }));
    expect(windlass.namespace).toBe(name);
    expect((await windlass.get<Seen>(WEB))?.spec.replicas).toBe(2);
    expect(await failureOf(windlass.get({ ...of('Secret'), name: 'any' }))).toMatchObject({
      type: 'Permanent',
      kind: 'forbidden',
    });
    const wanted = { namespace: name, group: 'apps', resource: 'deployments' };
    expect((await windlass.may({ ...wanted, verb: 'patch' })).allowed).toBe(true);
    expect((await windlass.may({ ...wanted, verb: 'delete' })).allowed).toBe(false);
  });

  test('keeps data of a claim on a node', async () => {
    await admin.apply(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', namespace: name },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      } as KubernetesObject,
      BY,
    );
    const container = { name: 'one', image, command: ['sh', '-c', 'echo kept > /data/file; cat /data/file'] };
    await admin.apply(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'writes', namespace: name },
        spec: {
          restartPolicy: 'Never',
          containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        },
      } as KubernetesObject,
      BY,
    );
    const pod = { ...of('Pod'), name: 'writes' };
    await until(async () => (await admin.get<Seen>(pod))?.status?.phase === 'Succeeded');
    expect(await admin.logs(pod)).toBe('kept\n');
  });

  test('goes on answering while its API server is away, and is the same afterwards', async () => {
    await cluster.apiServer.stop();
    expect(await failureOf(admin.get(WEB))).toMatchObject({ type: 'Transient', kind: 'unreachable' });
    expect(await throughGateway('route.test')).toBe('200 hello');
    await cluster.apiServer.start();
    expect(await isAvailable(2)).toBe(true);
  });

  test('goes on answering while a kubelet is away', async () => {
    await cluster.nodes[0]!.kubelet.stop();
    expect(await throughGateway('route.test')).toBe('200 hello');
    await cluster.nodes[0]!.kubelet.start();
  });

  test('has a database that may be restarted', async () => {
    await cluster.etcd.stop();
    await cluster.etcd.start();
    await until(async () => (await admin.get<Seen>(WEB))?.spec.replicas === 2);
  });

  test('gets a lost node back', async () => {
    await cluster.nodes[1]!.stop();
    const off = Date.now();
    await cluster.nodes[1]!.start();
    await until(async () => {
      const node = await admin.get<Seen>({ apiVersion: 'v1', kind: 'Node', name: 'node2' });
      const ready = node!.status!.conditions!.find(({ type }) => type === 'Ready')!;
      return ready.status === 'True' && Date.parse(ready.lastHeartbeatTime!) > off;
    });
    await until(() => isAvailable(2));
  });

  test('deletes what was made, and what is gone already', async () => {
    await admin.delete(WEB, { propagation: 'Foreground' });
    await until(async () => (await admin.get(WEB)) === undefined);
    await admin.delete(WEB);
  });

  test('leaves nothing behind', async () => {
    const folder = cluster.kubeconfig.split('/credentials/')[0]!;
    const number = /^10\.(\d+)\./.exec(cluster.gateway.address)![1]!;
    expect(processesWith(folder).length).toBeGreaterThan(5);
    await cluster.stop();
    expect(processesWith(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(`/sys/class/net/windlass${number}`)).toBe(false);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder);
    expect(cgroupsOf(folder)).toEqual([]);
  });

  test('ends with the process that started it, also when that is killed', async () => {
    const program = join(__dirname, '../../../dist/parts/kubernetes/cluster.js');
    const from = JSON.stringify({ registry: parts().registry, nodes: 1 });
    const script = `require(${JSON.stringify(program)}).startKubernetes(${from}).then((one) => console.log(one.kubeconfig)); setInterval(() => 0, 1000)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [kubeconfig] = (await once(child.stdout, 'data')) as [Buffer];
    const folder = kubeconfig.toString().split('/credentials/')[0]!;
    expect(processesWith(folder).length).toBeGreaterThan(5);
    child.kill('SIGKILL');
    await until(async () => processesWith(folder).length === 0);
    await sweepLeftovers();
    expect([existsSync(folder), cgroupsOf(folder)]).toEqual([false, []]);
  });
});

/** The groups of a cluster, by its folder: one for each controller of the kernel. */
const cgroupsOf = (folder: string): string[] =>
  ['', ...readdirSync('/sys/fs/cgroup')]
    .map((controller) => join('/sys/fs/cgroup', controller, basename(folder)))
    .filter((path) => existsSync(path));

/** Those that name a folder in their command line. */
const processesWith = (folder: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(`${folder}/`) ? [line] : [];
      } catch {
        return [];
      }
    });
