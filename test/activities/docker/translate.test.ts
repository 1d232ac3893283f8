import { translateService } from '../../../activities/drivers/docker/containers/translate';
import type { ContainerSpec } from '../../../src/model/container/container';

const EMPTY: ContainerSpec = { environment: {}, mounts: [], ports: [], expose: [] };
const LOG_LIMIT = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

const FULL: ContainerSpec = {
  entrypoint: ['/entry'],
  command: ['serve'],
  environment: { A: 'b=c', EMPTY: '' },
  user: '1000:1000',
  workingDir: '/app',
  hostname: 'web',
  init: true,
  readOnly: true,
  tty: false,
  stdinOpen: true,
  privileged: false,
  capAdd: ['NET_ADMIN'],
  capDrop: ['ALL'],
  securityOpt: ['no-new-privileges:true'],
  groupAdd: ['7'],
  extraHosts: ['db:10.0.0.1', 'six:::1'],
  dns: ['10.0.0.53'],
  sysctls: { 'net.core.somaxconn': '1024' },
  ulimits: [{ name: 'nofile', soft: 1, hard: 2 }],
  shmSizeBytes: 64,
  memoryBytes: 128,
  cpus: 0.5,
  pidsLimit: 100,
  stopSignal: 'SIGQUIT',
  stopGraceMs: 1_500,
  restart: { name: 'on-failure', times: 3 },
  labels: { team: 'shop' },
  healthcheck: { test: ['CMD', 'true'], intervalMs: 250, timeoutMs: 1_000, retries: 2, startPeriodMs: 5_000 },
  mounts: [
    { type: 'volume', volume: 'data', target: '/data' },
    { type: 'tmpfs', target: '/tmp', sizeBytes: 9 },
    { type: 'tmpfs', target: '/run', options: 'size=9' },
    { type: 'bind', source: '/etc/z', target: '/z', selinux: 'z' },
    { type: 'bind', source: '/etc/x', target: '/x', readOnly: true },
  ],
  ports: [
    { container: 80, host: '8080', ip: '127.0.0.1', protocol: 'tcp' },
    { container: 80, protocol: 'tcp' },
    { container: 53, host: '53', protocol: 'udp' },
  ],
  expose: ['80/tcp', '9000/tcp'],
  logging: { driver: 'journald', options: { tag: 'x' } },
};

test('every key, in the words of the engine', () => {
  expect(translateService(FULL, { volumes: { data: 'windlass-shop-staging-data' } })).toEqual({
    Entrypoint: ['/entry'],
    Cmd: ['serve'],
    Env: ['A=b=c', 'EMPTY='],
    User: '1000:1000',
    WorkingDir: '/app',
    Hostname: 'web',
    Tty: false,
    OpenStdin: true,
    StopSignal: 'SIGQUIT',
    StopTimeout: 2,
    Labels: { team: 'shop' },
    Healthcheck: { Test: ['CMD', 'true'], Interval: 250e6, Timeout: 1e9, Retries: 2, StartPeriod: 5e9 },
    ExposedPorts: { '80/tcp': {}, '9000/tcp': {}, '53/udp': {} },
    HostConfig: {
      Init: true,
      ReadonlyRootfs: true,
      Privileged: false,
      CapAdd: ['NET_ADMIN'],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      GroupAdd: ['7'],
      ExtraHosts: ['db:10.0.0.1', 'six:::1'],
      Dns: ['10.0.0.53'],
      Sysctls: { 'net.core.somaxconn': '1024' },
      Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
      ShmSize: 64,
      Memory: 128,
      NanoCpus: 5e8,
      PidsLimit: 100,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      Mounts: [
        { Type: 'volume', Source: 'windlass-shop-staging-data', Target: '/data', ReadOnly: false },
        { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 9 } },
        { Type: 'bind', Source: '/etc/x', Target: '/x', ReadOnly: true },
      ],
      Tmpfs: { '/run': 'size=9' },
      Binds: ['/etc/z:/z:rw,z'],
      PortBindings: {
        '80/tcp': [
          { HostIp: '127.0.0.1', HostPort: '8080' },
          { HostIp: '', HostPort: '' },
        ],
        '53/udp': [{ HostIp: '', HostPort: '53' }],
      },
      LogConfig: { Type: 'journald', Config: { tag: 'x' } },
    },
  });
});

test('what compose does not say: restarted, and with a log that ends', () => {
  expect(translateService(EMPTY, { volumes: {} })).toEqual({
    Env: [],
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' }, Mounts: [], LogConfig: LOG_LIMIT },
  });
});

test('one that runs once is not restarted, publishes nothing and has no health', () => {
  const made = translateService(FULL, { volumes: { data: 'd' }, oneOff: true });
  expect(made).toMatchObject({
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { RestartPolicy: { Name: 'no' } },
  });
  expect(made['HostConfig']).not.toHaveProperty('PortBindings');
});

test('a health check that is switched off', () => {
  const container = { ...EMPTY, healthcheck: { disabled: true } };
  expect(translateService(container, { volumes: {} })).toMatchObject({ Healthcheck: { Test: ['NONE'] } });
});
