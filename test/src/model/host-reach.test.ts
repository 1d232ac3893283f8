import type { ContainerSpec } from '../../../src/model/container/container';
import { describeReach, hostReach } from '../../../src/model/host/reach';
import type { Service, Volume } from '../../../src/model/service';

const reachOf = (container: Partial<ContainerSpec>, volumes: Volume[] = []) =>
  hostReach({
    services: [
      {
        name: 'web',
        container: { environment: {}, mounts: [], ports: [], expose: [], ...container },
      } as unknown as Service,
    ],
    networks: [],
    volumes,
  });

test('a plain container reaches nothing', () =>
  expect(
    reachOf(
      {
        capDrop: ['ALL'],
        securityOpt: ['no-new-privileges', 'no-new-privileges=true'],
        ipc: 'shareable',
        cgroup: 'private',
        networkMode: 'service:vpn',
        hooks: { postStart: [{ command: ['x'] }] },
        oomScoreAdj: 500,
        logging: { driver: 'local', options: {} },
        mounts: [
          { type: 'volume', volume: 'data', target: '/a' },
          { type: 'tmpfs', target: '/b' },
        ],
      },
      [{ name: 'data', driver: 'local', options: { type: 'tmpfs', device: 'tmpfs' } }],
    ),
  ).toEqual([]));

test.each<[string, Partial<ContainerSpec>, string]>([
  ['privileged', { privileged: true }, 'privileged true'],
  ['a switched-off seccomp', { securityOpt: ['seccomp:unconfined'] }, 'security_opt seccomp:unconfined'],
  [
    'no-new-privileges switched off',
    { securityOpt: ['no-new-privileges:false'] },
    'security_opt no-new-privileges:false',
  ],
  ['a privileged hook', { hooks: { preStop: [{ command: ['x'], privileged: true }] } }, 'privileged hook'],
  ['devices', { devices: [{ source: '/dev/../dev/sda', target: '/x', permissions: 'rwm' }] }, 'devices /dev/sda'],
  ['rules for devices', { deviceCgroupRules: ['a *:* rwm'] }, 'device_cgroup_rules a *:* rwm'],
  ['gpus', { deviceRequests: [{ count: -1, capabilities: ['gpu'] }] }, 'gpus gpu'],
  [
    'CDI',
    { deviceRequests: [{ driver: 'cdi', ids: ['vendor.com/class=x'], capabilities: [] }] },
    'gpus vendor.com/class=x',
  ],
  [
    'programs that take orders from labels',
    {
      labels: {
        'traefik.enable': 'true',
        'traefik.http.routers.x.rule': 'y',
        'ofelia.job-local.x.command': 'z',
        a: 'b',
      },
    },
    'labels traefik, labels ofelia',
  ],
  ['the network of the host', { networkMode: 'host' }, 'network_mode host'],
  ['that of another container', { networkMode: 'container:x' }, 'network_mode container:x'],
  ['its processes', { pid: 'host' }, 'pid host'],
  ['its memory', { ipc: 'host' }, 'ipc host'],
  ['its users', { usernsMode: 'host' }, 'userns_mode host'],
  ['its name', { uts: 'host' }, 'uts host'],
  ['its control groups', { cgroup: 'host', cgroupParent: '/' }, 'cgroup host, cgroup_parent /'],
  ['another runtime', { runtime: 'kata' }, 'runtime kata'],
  ['logs of the engine', { logging: { driver: 'syslog', options: {} } }, 'logging syslog'],
  ['others are killed first', { oomKillDisable: true, oomScoreAdj: -1 }, 'oom oom_kill_disable, oom oom_score_adj'],
  ['real time', { cpuRtRuntime: 950_000 }, 'realtime cpu_rt_runtime'],
  ['annotations', { annotations: { 'run.oci.x': 'y' } }, 'annotations run.oci.x'],
  [
    'a path',
    { mounts: [{ type: 'bind', source: '/var/run/docker.sock', target: '/x' }] },
    'binds /var/run/docker.sock',
  ],
  [
    'what is mounted later',
    { mounts: [{ type: 'bind', source: '/mnt', target: '/x', propagation: 'rshared' }] },
    'binds /mnt, propagation rshared',
  ],
])('%s', (_, container, said) =>
  expect(describeReach(reachOf(container))).toEqual([`service web reaches beyond a plain container: ${said}`]),
);

test.each<[string, Volume, string]>([
  ['of others', { name: 'v', external: 'x' }, 'volumes x'],
  ['by a name of its own', { name: 'v', called: 'x' }, 'volumes x'],
  ['a folder', { name: 'v', options: { type: 'tmpfs', o: 'rw, bind', device: '/etc' } }, 'binds /etc'],
  [
    'layers',
    { name: 'v', options: { type: 'overlay', o: 'lowerdir=/', device: 'overlay' } },
    'volume_options overlay:overlay',
  ],
  [
    'a share',
    { name: 'v', driver: 'local', options: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } },
    'volume_options nfs::/x',
  ],
  ['a driver', { name: 'v', driver: 'rclone' }, 'volume_options rclone'],
])('a volume: %s', (_, volume, said) =>
  expect(describeReach(reachOf({}, [volume]))).toEqual([`volume v reaches beyond a plain container: ${said}`]),
);

test('published ports are asked of the policy, and no news to approvers', () => {
  const ports = [
    { container: 80, host: '8080', ip: '127.0.0.1', protocol: 'tcp' as const },
    { container: 81, protocol: 'tcp' as const },
  ];
  expect(reachOf({ ports })).toEqual([{ key: 'ports', value: '127.0.0.1:8080', of: 'service web' }]);
  expect(describeReach(reachOf({ ports }))).toEqual([]);
});
