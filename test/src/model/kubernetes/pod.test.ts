import type { ContainerSpec } from '../../../../src/model/container/container';
import { podTemplate, type PodMake } from '../../../../src/model/kubernetes/pod';
import type { Service } from '../../../../src/model/service';

const container: ContainerSpec = { environment: {}, mounts: [], ports: [], expose: [] };
const service = (own: Partial<ContainerSpec> = {}, more: Partial<Service> = {}): Service => ({
  name: 'web',
  kind: 'released',
  image: 'registry/shop/web@sha256:1',
  replicas: 2,
  dependsOn: [],
  networks: [{ network: 'default', aliases: [] }],
  container: { ...container, ...own },
  before: [],
  healthyWithinMs: 60_000,
  drainMs: 1_000,
  ...more,
});
const make = (own: Partial<ContainerSpec> = {}, more: Partial<PodMake> & { is?: Partial<Service> } = {}): PodMake => ({
  service: service(own, more.is),
  labels: { 'windlass.service': 'web' },
  routed: [],
  hosts: [],
  secret: 'SECRET',
  config: 'CONFIG',
  claims: { data: 'shop-data' },
  ...more,
});
interface Written {
  containers: Record<string, unknown>[];
  [more: string]: unknown;
}
const specOf = (made: PodMake) => podTemplate(made).spec as Written;
const containerOf = (made: PodMake) => specOf(made).containers[0]!;

test('a plain service, whole', () => {
  expect(podTemplate(make({ command: ['serve'], environment: { NAME: 'web' } }, { routed: [80] }))).toEqual({
    metadata: { labels: { 'windlass.service': 'web' } },
    spec: {
      restartPolicy: 'Always',
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 13,
      containers: [
        {
          name: 'web',
          image: 'registry/shop/web@sha256:1',
          args: ['serve'],
          env: [{ name: 'NAME', value: 'web' }],
          ports: [{ containerPort: 80 }],
          lifecycle: { preStop: { sleep: { seconds: 3 } } },
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 },
        },
      ],
    },
  });
});

test('what Kubernetes would replace stays as it is', () => {
  const made = containerOf(
    make({ entrypoint: ['sh', '-c'], command: ['echo $(HOSTNAME) $HOME $$(x)'], environment: { A: '$(B)' } }),
  );
  expect(made).toMatchObject({
    command: ['sh', '-c'],
    args: ['echo $$(HOSTNAME) $HOME $$$(x)'],
    env: [{ name: 'A', value: '$$(B)' }],
  });
});

describe('a health command', () => {
  const probes = (healthcheck: ContainerSpec['healthcheck'], is: Partial<Service> = {}) => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(make({ healthcheck }, { is, routed: [80] }));
    return { startupProbe, readinessProbe, livenessProbe };
  };

  it('is asked before requests come, and never kills', () => {
    const healthcheck = { test: ['CMD', 'check', '-q'], intervalMs: 5_000, timeoutMs: 1_500, retries: 4 };
    expect(probes(healthcheck)).toEqual({
      startupProbe: {
        exec: { command: ['check', '-q'] },
        timeoutSeconds: 2,
        periodSeconds: 1,
        failureThreshold: 64,
      },
      readinessProbe: {
        exec: { command: ['check', '-q'] },
        timeoutSeconds: 2,
        periodSeconds: 5,
        failureThreshold: 4,
      },
      livenessProbe: undefined,
    });
  });

  it('may fail for as long as its start period, however short healthyWithin is', () => {
    const healthcheck = { test: ['CMD-SHELL', 'a | b'], startPeriodMs: 90_000, startIntervalMs: 3_000 };
    expect(probes(healthcheck, { healthyWithinMs: 10_000 }).startupProbe).toMatchObject({
      exec: { command: ['/bin/sh', '-c', 'a | b'] },
      periodSeconds: 3,
      failureThreshold: 33,
    });
  });

  it('that is switched off leaves the port', () => {
    expect(probes({ disabled: true })).toMatchObject({ readinessProbe: { tcpSocket: { port: 80 } } });
  });
});

test('names are those of this release; nothing of the namespace comes in', () => {
  const hosts = [{ ip: '10.96.0.9', names: ['api', 'backend'] }];
  expect(specOf(make({ extraHosts: ['old:10.0.0.1', 'six:fd00::1'] }, { hosts }))).toMatchObject({
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    hostAliases: [
      { ip: '10.96.0.9', hostnames: ['api', 'backend'] },
      { ip: '10.0.0.1', hostnames: ['old'] },
      { ip: 'fd00::1', hostnames: ['six'] },
    ],
  });
});

test('a secret is read from the Secret of the release, and never written here', () => {
  const files = [
    { target: '/etc/token', mode: 0o400, text: '{{secret:TOKEN}}' },
    { target: '/etc/app.conf', mode: 0o444, digest: 'sha256:2' },
  ];
  const made = make({ environment: { URL: 'db://{{secret:PASSWORD}}@db', PLAIN: 'x' }, files });
  expect(specOf(made)).toMatchObject({
    containers: [
      {
        env: [
          { name: 'URL', valueFrom: { secretKeyRef: { name: 'SECRET', key: 'variable.URL' } } },
          { name: 'PLAIN', value: 'x' },
        ],
        volumeMounts: [
          { name: 'secret-files', mountPath: '/etc/token', subPath: 'file.0', readOnly: true },
          { name: 'files', mountPath: '/etc/app.conf', subPath: 'file.1', readOnly: true },
        ],
      },
    ],
    volumes: [
      {
        name: 'secret-files',
        secret: { secretName: 'SECRET', items: [{ key: 'file.0', path: 'file.0', mode: 0o400 }] },
      },
      { name: 'files', configMap: { name: 'CONFIG', items: [{ key: 'file.1', path: 'file.1', mode: 0o444 }] } },
    ],
  });
  expect(JSON.stringify(podTemplate(made))).not.toContain('{{secret:');
});

test('data is on its claim, and what is in memory has its limit', () => {
  const mounts = [
    { type: 'volume' as const, volume: 'data', target: '/data', subpath: 'a' },
    { type: 'tmpfs' as const, target: '/tmp', sizeBytes: 1_000 },
  ];
  const made = make({ mounts, shmSizeBytes: 64 }, { is: { kind: 'accessory' } });
  expect(specOf(made)).toMatchObject({
    terminationGracePeriodSeconds: 10,
    volumes: [
      { name: 'mount-0', persistentVolumeClaim: { claimName: 'shop-data' } },
      { name: 'mount-1', emptyDir: { medium: 'Memory', sizeLimit: '1000' } },
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '64' } },
    ],
  });
  expect(containerOf(made)).not.toHaveProperty('lifecycle');
});

test('limits, requests, users and placement', () => {
  const own = { cpus: 0.5, memoryBytes: 1_000, memoryReservationBytes: 500, user: '1000:100', capDrop: ['ALL'] };
  const placement = { cpus: 0.25, constraints: ['node.labels.disk == ssd', 'node.hostname != a'], maxPerNode: 1 };
  expect(specOf(make({ ...own, groupAdd: ['7'], readOnly: true }, { is: { placement } }))).toMatchObject({
    securityContext: { supplementalGroups: [7] },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'disk', operator: 'In', values: ['ssd'] },
                { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['a'] },
              ],
            },
          ],
        },
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
      },
    },
    containers: [
      {
        resources: { limits: { cpu: '500m', memory: '1000' }, requests: { cpu: '250m', memory: '500' } },
        securityContext: {
          runAsUser: 1000,
          runAsGroup: 100,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  });
});

test('what runs once has no probe, does not wait before it ends, and is not started again', () => {
  const made = make({ healthcheck: { test: ['CMD', 'x'] }, stopGraceMs: 2_000 }, { isJob: true, routed: [80] });
  expect(specOf(made)).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 2 });
  for (const key of ['readinessProbe', 'startupProbe', 'lifecycle']) expect(containerOf(made)).not.toHaveProperty(key);
});

test('the same is always written in the same way', () => {
  const one = make({ environment: { A: '1' }, labels: { 'a.b': 'c' } });
  expect(JSON.stringify(podTemplate(one))).toBe(JSON.stringify(podTemplate(structuredClone(one))));
});
