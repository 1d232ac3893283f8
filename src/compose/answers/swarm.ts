import { type Answers, carried, changed, type Key, refused, told } from './answers';
import { docker } from './docker';
import { judgeForSwarm } from './swarm-values';

const NO_FIELD =
  'a Swarm service has no setting for it. Remove it, or release to Docker hosts (hosts:), which carry it';

const SERVICE_KEYS: Key[] = [
  ...refused(
    NO_FIELD,
    'annotations',
    'blkio_config',
    'cgroup',
    'cgroup_parent',
    'cpu_count',
    'cpu_percent',
    'cpu_period',
    'cpu_quota',
    'cpu_rt_period',
    'cpu_rt_runtime',
    'cpu_shares',
    'cpuset',
    'device_cgroup_rules',
    'devices',
    'domainname',
    'gpus',
    'ipc',
    'mem_swappiness',
    'memswap_limit',
    'oom_kill_disable',
    'oom_score_adj',
    'pid',
    'privileged',
    'runtime',
    'security_opt',
    'storage_opt',
    'userns_mode',
    'uts',
  ),
  ...refused(
    'a Swarm service has no setting for it. Mount a tmpfs instead: volumes: [{ type: tmpfs, target: /dev/shm, tmpfs: { size: 64m } }]',
    'shm_size',
  ),
  ...refused(
    'each Swarm service is in the networks of its release. Remove it; a published port becomes a route',
    'network_mode',
  ),
  ...refused(
    "windlass cannot run a command in a task on any node. Call it in the image's entrypoint, or write a command under `before`",
    'post_start',
    'pre_stop',
  ),
  changed(
    'ports',
    'for a routed service, the port of its route; for an accessory, published on its node; otherwise refused',
  ),
  changed('pull_policy', 'each node pulls images by digest'),
  changed('pull_refresh_after', 'each node pulls images by digest'),
  changed('restart', 'the swarm keeps every instance up, 5 s after it has ended'),
  changed('tmpfs', 'carried; options are refused. Write the size under volumes'),
  changed('extra_hosts', 'carried, but for `host-gateway`, which differs between nodes and is refused'),
  changed(
    'volumes',
    'named volumes of an accessory, which stays on the node that has them; tmpfs. Committed files become Swarm configs or secrets. Other volumes and paths of the hosts are refused, because each node has its own',
  ),
  changed('configs', 'Swarm configs, named by their content: a committed file of up to 500 kB, content, or a variable'),
  changed(
    'secrets',
    "Swarm secrets, named by their content: the environment's secret of the same name, or of its variable's; a file of the project is refused unless listed under notSecret",
  ),
  changed(
    'environment',
    "carried; what is secret stands in the Swarm service's specification, which every manager can read, so prefer files (`secrets`)",
  ),
];

const DEPLOY_KEYS: Key[] = [
  ...carried('placement'),
  changed('replicas', 'the number of instances in the swarm'),
  changed('resources', 'limits of cpus, memory and pids, and reservations of cpus and memory, are carried'),
  changed('mode', '`replicated`; global and jobs are refused'),
  changed('restart_policy', 'the swarm keeps every instance up, 5 s after it has ended'),
  changed('endpoint_mode', 'always dnsrr'),
  told('rollback_config', "is ignored: the environment's strategy decides"),
  told('update_config', "is ignored: the environment's strategy decides"),
  told('labels', 'are ignored: windlass labels Swarm services; container labels go next to image'),
];

const RESERVATION_KEYS: Key[] = [...carried('cpus', 'memory'), ...refused(NO_FIELD, 'devices', 'generic_resources')];

const NETWORK_KEYS: Key[] = [
  changed('driver', 'always `overlay`; others are refused, but for `bridge`, the default of docker compose'),
  changed('attachable', 'always'),
  ...refused(
    'each release has an overlay of its own, made by windlass. Remove it',
    'driver_opts',
    'enable_ipv4',
    'enable_ipv6',
  ),
];

const OBJECT_KEYS: Key[] = [
  changed('name', 'windlass names them by their content'),
  told('labels', 'are ignored: windlass labels them'),
];

/** Those of a Docker host, but for these. */
const besides = (keys: Key[], own: Key[]): Key[] => [
  ...keys.filter(({ key }) => !own.some((one) => one.key === key)),
  ...own,
];

/** The handling of every key on a swarm. */
export const swarm: Answers = {
  ...docker,
  service: besides(docker.service, SERVICE_KEYS),
  deploy: DEPLOY_KEYS,
  reservations: RESERVATION_KEYS,
  network: besides(docker.network, NETWORK_KEYS),
  object: besides(docker.object, OBJECT_KEYS),
  networkDrivers: ['overlay', 'bridge'],
  // A Swarm config or secret takes no more.
  largestFile: 500 * 1024,
  judge: judgeForSwarm,
};
