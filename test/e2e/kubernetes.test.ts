import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../activities/drivers/kubernetes/connect';
import { readKubeconfig } from '../../activities/drivers/kubernetes/kubeconfig';
import { rulesFor } from '../../activities/targets/kubernetes/rights';
import { GUARDS } from '../../activities/targets/kubernetes/space';
import { ask, sendRequests } from '../../lab/traffic/client';
import type { TestHosts } from '../../parts/host/hosts';
import { startKubernetes, type TestCluster } from '../../parts/kubernetes/cluster';
import { describeWith, parts } from '../setup/parts';
import { HostsTestBed, outcome, said } from './test-bed';

/** Answers with its version, and ends at once when it is asked to. */
const TOKEN = 'never-in-a-file';

const FILES = (base: string, store: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCOPY check.sh /\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'check.sh': 'exit 0\n',
  'docker-compose.yml': `services:
  web:
    build: .
    expose: ["80"]
    depends_on: [store]
    environment: { TOKEN: "${TOKEN}" }
    healthcheck: { test: [CMD, sh, /check.sh], interval: 1s }
    deploy: { replicas: 2 }
  jobs:
    build: .
    command: [sh, -c, "trap 'exit 0' TERM; sleep 100000 & wait"]
    healthcheck: { test: [CMD, sh, /check.sh], interval: 1s }
  store:
    image: ${store}
    command: [sh, -c, "trap 'exit 0' TERM; date >> /data/starts; sleep 100000 & wait"]
    volumes: ["data:/data"]
volumes: { data: { labels: { storage.size: 10Mi } } }
`,
});

const BECAUSE = ['--by', 'ops@example.com', '--reason', 'the one before was better'];

const manifest = (app: string, kubeconfig: string, strategy: string) => `app: ${app}
services:
  web:
    healthyWithin: 30s
    drain: 1s
    before: [{ command: [sh, -c, "grep . /www/index.html"], undo: ["true"] }]
  jobs: { background: true, healthyWithin: 60s }
  store: { healthyWithin: 60s }
environments:
  production:
    kubernetes: { kubeconfig: ${kubeconfig}, namespace: shop, disruptionBudgets: true, networkPolicies: true }
    strategy: ${strategy}
    secrets: { TOKEN: { env: SHOP_PRODUCTION_TOKEN } }
    routes: [{ service: web, host: shop.localhost, port: 80 }]
    verify:
      - { run: { service: web, command: [sh, /check.sh] } }
      - { http: { service: web, path: / } }
    soak: 2s
`;

/** What a team has: it leads to a Service, and nobody changes it. */
const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    ingressClassName: 'traefik',
    rules: [
      {
        host: 'shop.localhost',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
};

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'kubernetes'], 'a Kubernetes of two nodes', () => {
  let bed: HostsTestBed;
  let cluster: TestCluster;
  let strategy: (kind: string) => void;

  beforeAll(async () => {
    cluster = await startKubernetes({ registry: parts().registry });
    bed = await HostsTestBed.open(0, { SHOP_PRODUCTION_TOKEN: TOKEN }, () =>
      Promise.resolve({ all: [], variables: {}, stop: () => cluster.stop() } as unknown as TestHosts),
    );
    await bed.pushStore();
    for (const [path, text] of Object.entries(FILES(parts().images.base.name, bed.store))) bed.shop.write(path, text);
    const rules = rulesFor({ route: 'service', disruptionBudgets: true, networkPolicies: true }).map(
      ({ group, ...rule }) => ({ apiGroups: [group], ...rule }),
    );
    const kubeconfig = await cluster.account({ namespace: 'shop', rules });
    strategy = (kind) => bed.shop.write('windlass.yaml', manifest(bed.app, kubeconfig, kind));
    strategy('blue-green');
    await admin().then((all) => all.apply(INGRESS as KubernetesObject, { fieldManager: 'team' }));
  });
  afterAll(async () => await bed?.close());

  const admin = async () =>
    connectCluster(
      await readKubeconfig({ kubeconfig: cluster.kubeconfig }, { env: {}, refuseProgram: async () => 'no' }),
    );
  const release = (commit: string) => outcome(bed.release(commit));
  const target = () => ({ address: cluster.gateway.address, host: 'shop.localhost' });
  const page = async () => (await ask(target())).trim();
  const guards = async () => {
    const [all, of] = [await admin(), { namespace: 'shop' }];
    const budgets = await all.list({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', ...of });
    const policies = await all.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...of });
    return [...policies, ...budgets].map(({ metadata }) => metadata.name.replace(/^.*-production-/, '')).sort();
  };
  const deployments = async () => {
    const all = await (await admin()).list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' });
    return all.map(({ metadata }) => metadata.name.replace(/^.*-production-/, '')).sort();
  };

  it('is released to, moves on, goes back and is left, and no request is lost', async () => {
    const one = bed.commit('one');
    const checked = await outcome(bed.windlass.run('check'));
    expect(checked).toEqual({ status: 0, said: expect.stringContaining('rights') });
    expect(await release(one)).toEqual({ status: 0, said: expect.any(String) });
    expect(await page()).toBe('one');
    const client = sendRequests(target(), 20);

    strategy('{ rolling: { batch: 1, pause: 500ms } }');
    const two = bed.commit('two');
    expect(await release(two)).toEqual({ status: 0, said: expect.any(String) });

    expect(await page()).toBe('two');

    bed.shop.write('check.sh', 'exit 1\n');
    const three = bed.commit('three');
    const broken = await release(three);
    expect(broken).toEqual({ status: 3, said: expect.any(String) });
    await expectManifests(three.slice(0, 10));

    expect(await page()).toBe('two');

    const back = await outcome(bed.windlass.run('rollback', 'production', one.slice(0, 10), ...BECAUSE));
    expect(back).toEqual({ status: 0, said: expect.any(String) });
    expect(await page()).toBe('one');
    expect(await deployments()).toEqual([`${one.slice(0, 10)}-jobs`, `${one.slice(0, 10)}-web`]);
    expect(await guards()).toEqual(
      ['accessories', 'pods', 'routes-web', 'web'].map((name) => `${one.slice(0, 10)}-${name}`),
    );

    const observed = await bed.windlass.run('status', 'production', '--observed');
    expect(said(observed)).toContain('matches the record');
    expect((await client.stop()).failed).toBe(0);
    strategy('recreate');
    bed.shop.write('check.sh', 'exit 0\n');
    const four = bed.commit('four');
    expect(await release(four)).toEqual({ status: 0, said: expect.any(String) });
    expect(await page()).toBe('four');

    const left = await outcome(bed.windlass.run('eject', 'production', '--yes', ...BECAUSE));
    expect(left).toEqual({ status: 0, said: expect.stringContaining('kubectl apply -f') });
    expect(await page()).toBe('four');
    expect(await deployments()).toEqual([`${four.slice(0, 10)}-jobs`, `${four.slice(0, 10)}-web`]);
    await expectHandedOver();
  });

  /** What a release applies is printed twice as the same text, without a secret, and the cluster would take it. */
  async function expectManifests(commit: string) {
    const print = () => bed.windlass.run('plan', 'production', commit, '--manifests');
    const { status, stdout } = await print();
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.not.stringContaining(TOKEN) });
    expect((await print()).stdout).toBe(stdout);
    const kinds = await tryOut(stdout, { fieldManager: 'kubectl', dryRun: true, force: true });
    expect(kinds).toEqual(
      expect.arrayContaining(['Deployment', 'Job', 'PersistentVolumeClaim', 'Secret', 'StatefulSet', ...GUARDS]),
    );
  }

  /** The file has what runs: another program that applies it would change nothing that windlass has written. */
  async function expectHandedOver() {
    const text = readFileSync(join(bed.shop.dir, `${bed.app}-production.manifests.yml`), 'utf8');
    expect(text).not.toContain(TOKEN);
    const kinds = await tryOut(text, { fieldManager: 'kubectl', dryRun: true });
    expect(kinds).toEqual(expect.arrayContaining(['Deployment', 'PersistentVolumeClaim', 'Service', 'StatefulSet']));
    expect(kinds).not.toContain('Secret');
  }

  async function tryOut(text: string, options: Parameters<ReturnType<typeof connectCluster>['apply']>[1]) {
    const all = parseAllDocuments(text).map((one) => one.toJS() as KubernetesObject);
    const cluster = await admin();
    for (const one of all) await cluster.apply(one, options);
    return [...new Set(all.map(({ kind }) => kind))].sort();
  }
});
