import { type Answers, changed, type Key, refused, told } from './answers';
import { docker } from './docker';
import { judgeForKubernetes } from './kubernetes-values';

const NO_FIELD = 'a pod has no setting for it. Remove it, or release to Docker hosts (hosts:), which carry it';

const SERVICE_KEYS: Key[] = [
  ...refused(
    NO_FIELD,
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
    'mem_swappiness',
    'memswap_limit',
    'oom_kill_disable',
    'oom_score_adj',
    'runtime',
    'security_opt',
    'storage_opt',
    'ulimits',
    'userns_mode',
    'uts',
  ),
  ...refused(
    'it would reach the node, which belongs to all. Remove it, or release to Docker hosts (hosts:)',
    'ipc',
    'pid',
    'privileged',
    'sysctls',
  ),
  ...refused('each pod has its own network. Remove it; a published port becomes a route', 'network_mode'),
  ...refused('the cluster collects what containers print. Remove it', 'logging'),
  ...refused(
    "Kubernetes would run it beside the pod's own start and end. Call it in the image's entrypoint, or write a command under `before`",
    'post_start',
    'pre_stop',
  ),
  changed('annotations', "annotations of the service's pods"),
  changed('labels', 'annotations of the pods, because labels allow fewer characters'),
  changed('container_name', 'an additional name of the service, for the services that share a network with it'),
  changed(
    'expose',
    'the ports of its Service: others cannot reach one that is not declared here, under `ports`, or in the image',
  ),
  changed('group_add', 'carried as numbers; names are refused'),
  changed(
    'healthcheck',
    "a readiness probe, and a startup probe that runs every second until it has passed; never a liveness probe. The image's own is not run",
  ),
  changed('hostname', 'carried; of lowercase letters, digits and hyphens'),
  told('init', 'has no effect: the first process of a pod is the one of the image'),
  changed(
    'networks',
    'services that share a network know each other by name and alias; nothing else keeps them apart. Fixed addresses are left out, with a warning',
  ),
  told('pids_limit', 'has no effect: the kubelet limits processes, for all pods of a node'),
  changed('ports', 'for a routed service, the port of its route; published ports without a route are refused'),
  changed('pull_policy', 'each node pulls images by digest'),
  changed('pull_refresh_after', 'each node pulls images by digest'),
  changed('restart', 'the cluster keeps every instance up; `no` is refused'),
  changed('shm_size', 'a volume in memory at /dev/shm'),
  changed(
    'stop_grace_period',
    'carried, behind the `drain` of the service, in which a pod that is leaving still serves',
  ),
  changed('stop_signal', 'SIGTERM; others are refused'),
  changed('tmpfs', 'a volume in memory, with its size; other options are refused'),
  changed('extra_hosts', 'carried, but for `host-gateway`, which is refused'),
  changed('user', 'carried as numbers (1000:1000); names are refused, because a node does not know them'),
  changed(
    'volumes',
    'named volumes of an accessory: a claim for each, of the size in its label storage.size, which is never deleted; tmpfs. Committed files become a ConfigMap or Secret of the release. Other volumes and paths of the hosts are refused',
  ),
  changed('configs', 'an immutable ConfigMap of the release, of up to 1 MB for each service'),
  changed(
    'secrets',
    "an immutable Secret of the release: the environment's secret of the same name, or of its variable's; a file of the project is refused unless listed under notSecret",
  ),
  changed(
    'environment',
    'carried; what is secret lies in an immutable Secret of the release, in the store of the cluster',
  ),
];

const DEPLOY_KEYS: Key[] = [
  { key: 'placement', does: 'carried' },
  changed('replicas', 'the number of pods'),
  changed('resources', 'limits of cpus and memory, and reservations of both, which are requests'),
  changed('mode', '`replicated`; global and jobs are refused'),
  changed('restart_policy', 'the cluster keeps every instance up'),
  told('endpoint_mode', 'is for Swarm; ignored'),
  told('rollback_config', "is for Swarm; the environment's strategy decides"),
  told('update_config', "is for Swarm; the environment's strategy decides"),
  told('labels', 'are labels of a Swarm service; those of pods go next to image'),
];

const LIMIT_KEYS: Key[] = [
  { key: 'cpus', does: 'carried' },
  { key: 'memory', does: 'carried' },
  told('pids', 'has no effect: the kubelet limits processes, for all pods of a node'),
];

const RESERVATION_KEYS: Key[] = [
  { key: 'cpus', does: 'carried' },
  { key: 'memory', does: 'carried' },
  ...refused(NO_FIELD, 'devices', 'generic_resources'),
];

const NETWORK_KEYS: Key[] = [
  changed('driver', "the cluster's own; others than `bridge` and `overlay` are refused"),
  changed('external', 'its members know each other by name, as those of any network; nothing else of it is joined'),
  changed('internal', 'has no effect: what pods may reach is for the NetworkPolicies of the cluster'),
  changed('attachable', 'is for Swarm'),
  ...refused('pods are in the network of the cluster. Remove it', 'driver_opts', 'enable_ipv4', 'enable_ipv6'),
];

const VOLUME_KEYS: Key[] = [
  changed('labels', '`storage.size` is the size of the claim, `storage.class` its storage class'),
  changed('external', 'the claim of that name, which exists'),
  changed('name', 'of the claim, in lowercase letters, digits and hyphens; the default is PROJECT-VOLUME'),
  ...refused("the cluster's storage class decides. Name one: labels: { storage.class: NAME }", 'driver', 'driver_opts'),
];

/** Those of a Docker host, but for these. */
const besides = (keys: Key[], own: Key[]): Key[] => [
  ...keys.filter(({ key }) => !own.some((one) => one.key === key)),
  ...own,
];

/** The handling of every key in a Kubernetes cluster. */
export const kubernetes: Answers = {
  ...docker,
  service: besides(docker.service, SERVICE_KEYS),
  deploy: DEPLOY_KEYS,
  limits: LIMIT_KEYS,
  reservations: RESERVATION_KEYS,
  network: besides(docker.network, NETWORK_KEYS),
  volume: besides(docker.volume, VOLUME_KEYS),
  networkDrivers: ['bridge', 'overlay'],
  judge: judgeForKubernetes,
};
