import { LARGEST_FILE } from '../files/project';
import { SETTINGS } from '../service/settings';
import { type Answers, carried, changed, type Key, refused, told } from './answers';

const NAMESPACE = 'carried, but for that of another service or container, which is refused';

const SPECIAL_KEYS: Key[] = [
  changed('attach', 'only controls the output of `docker compose up`; no effect'),
  changed('build', 'built once for all environments, on the builder; see the keys of `build`'),
  changed('cgroup', NAMESPACE),
  changed('container_name', 'an additional name of the service on its networks; windlass names the container'),
  changed(
    'depends_on',
    'the order of starting and switching; a service others wait for with `service_completed_successfully` runs once per release, before the switch',
  ),
  changed('deploy', 'see the keys of `deploy`'),
  told('develop', 'is for `docker compose watch`; ignored'),
  changed(
    'env_file',
    'read from the commit and merged into `environment`; one missing in the commit must be declared under `envFiles` of the environment',
  ),
  changed(
    'environment',
    'carried; a literal secret is replaced by the declared secret of its name, and refused where an environment has an approval',
  ),
  ...carried('expose'),
  changed('extends', 'merged by compose'),
  changed(
    'healthcheck',
    'carried; while an instance starts, windlass runs the command every 200 ms and ignores `start_interval`',
  ),
  changed('image', 'pinned to its digest by the release; windlass names the images of built services'),
  changed('ipc', `${NAMESPACE}; \`host\` is for accessories`),
  changed('label_file', 'merged into `labels` by compose'),
  changed('links', 'adds to depends_on; another name becomes an alias of the linked service'),
  changed('logging', 'carried; the default keeps three files of 10 MB, so that logs cannot fill a disk'),
  changed(
    'network_mode',
    "`none` is carried; `host` for an accessory or with strategy: recreate; `service:NAME` shares another released service's network; `bridge` becomes the release's default network; a foreign container's network is refused",
  ),
  changed('networks', 'each release has its own copy; aliases are kept; fixed addresses are left out, with a warning'),
  changed('pid', NAMESPACE),
  changed('platform', 'builds are for it; other images run as the host pulls them, with a warning'),
  changed(
    'ports',
    'for a routed service, the port of its route; for an accessory, and with strategy: recreate, published; otherwise refused, unless the manifest has publish: false',
  ),
  changed(
    'profiles',
    'a service with profiles is released when COMPOSE_PROFILES under `variables` contains one of them',
  ),
  changed('pull_policy', 'images are pulled by digest, once, before the switch'),
  changed('pull_refresh_after', 'images are pulled by digest, once, before the switch'),
  changed('restart', 'carried; the default is unless-stopped'),
  changed('scale', 'the number of instances'),
  ...carried('tmpfs'),
  changed('userns_mode', NAMESPACE),
  changed('uts', NAMESPACE),
  changed(
    'volumes',
    'carried: named volumes (for a released service once the manifest declares them shared or exclusive), existing absolute paths of the host, tmpfs. A committed file of up to 1 MB, or a folder of up to 100 files and 4 MB, is copied into the container before it starts. A data folder is declared under `folders`; source code mounted over an image built from it is left out; nameless volumes are refused',
  ),
  ...refused('only compose or a desktop supports it. Remove it', 'models', 'provider', 'use_api_socket'),
  changed(
    'configs',
    'copied into the container as files before it starts: a committed file of up to 1 MB, content, or a variable; absolute paths of the host are mounted',
  ),
  changed(
    'secrets',
    "copied into the container as files before it starts: the environment's secret of the same name, or of its variable's; a file of the project is refused unless listed under notSecret",
  ),
  changed(
    'volumes_from',
    'mounts what the other service mounts, by the rules of `volumes`; of a container that is no service it is refused',
  ),
  ...refused(
    'releases cannot reach containers outside windlass. Declare their network as external and join it',
    'external_links',
  ),
  ...refused('two instances run at the same time, so it cannot be fixed. Remove it', 'mac_address'),
  changed(
    'post_start',
    'run in the instance as soon as it has started, and before it must be healthy; again when an attempt is repeated. Of an accessory refused',
  ),
  changed(
    'pre_stop',
    'run in the instance before it is stopped; one that fails does not keep it from stopping. Of an accessory refused',
  ),
  ...refused("write a command under `before`, or call it in the image's entrypoint", 'pre_start'),
  ...refused('it is for Windows containers, which windlass does not support. Remove it', 'credential_spec'),
];

/** The keys of a service: all settings of a container are carried unless listed above. */
const SERVICE_KEYS: Key[] = [
  ...carried(
    ...Object.values(SETTINGS)
      .map(({ key }) => key)
      .filter((key) => !SPECIAL_KEYS.some((special) => special.key === key)),
  ),
  ...SPECIAL_KEYS,
];

const DEPLOY_KEYS: Key[] = [
  changed('replicas', 'the number of instances on each host'),
  changed('resources', 'limits of cpus, memory and pids, and reservations of memory and devices, are carried'),
  changed('restart_policy', 'its condition and its number of attempts are carried, before `restart`'),
  told('endpoint_mode', 'is for Swarm; ignored'),
  told('labels', 'are labels of a Swarm service; container labels go next to image'),
  changed('mode', '`replicated`, and `global`, which is one instance on each host; jobs are refused'),
  told('rollback_config', "is for Swarm; the environment's strategy decides"),
  told('update_config', "is for Swarm; the environment's strategy decides"),
  told('placement', "is for Swarm; the manifest lists an environment's hosts"),
];

const LIMIT_KEYS: Key[] = carried('cpus', 'memory', 'pids');
const RESERVATION_KEYS: Key[] = [
  ...carried('devices', 'memory'),
  told('cpus', 'has no effect: a single engine only has CPU limits'),
  told('generic_resources', 'has no effect: it is for Swarm'),
];

/** The keys of `build` that only the buildx client supports. */
export const BUILDX_KEYS = [
  'additional_contexts',
  'cache_from',
  'cache_to',
  'entitlements',
  'privileged',
  'provenance',
  'sbom',
  'secrets',
  'shm_size',
  'ssh',
  'ulimits',
];

const BUILD_KEYS: Key[] = [
  ...carried('args', 'context', 'dockerfile', 'dockerfile_inline', 'extra_hosts', 'labels', 'network', 'target'),
  changed('platforms', 'one is carried; several are refused'),
  changed('no_cache', 'use `windlass release --again` to rebuild'),
  changed('no_cache_filter', 'use `windlass release --again` to rebuild'),
  changed('pull', 'the builder decides'),
  told('tags', 'are ignored; windlass tags images with the release'),
  ...refused('it is for Windows containers, which windlass does not support. Remove it', 'isolation'),
  ...BUILDX_KEYS.map((key) => changed(key, 'carried if the worker has the buildx client, otherwise refused')),
];

const NETWORK_KEYS: Key[] = [
  ...carried('enable_ipv4', 'enable_ipv6', 'internal', 'labels'),
  changed('external', 'joined unchanged, by two releases at once, with a warning'),
  changed('name', 'kept for an external network; others are named after the release'),
  changed('driver', 'only `bridge`; others are refused'),
  changed('driver_opts', "carried except the bridge's name, which two releases cannot share"),
  told('ipam', 'is left out: each release has its own copy of the network, and the engine assigns addresses'),
  told('attachable', 'is for Swarm'),
];

const MEMBERSHIP_KEYS: Key[] = [
  ...carried('aliases'),
  changed('ipv4_address', 'left out with a warning; refused where another setting contains the address'),
  changed('ipv6_address', 'left out with a warning; refused where another setting contains the address'),
  told('priority', 'is ignored: the network whose name sorts first comes first'),
  told('gw_priority', 'is ignored: the network whose name sorts first comes first'),
  ...refused(
    'two simultaneous instances cannot share it, or the engine decides it. Remove it; services find each other by name',
    'driver_opts',
    'interface_name',
    'link_local_ips',
    'mac_address',
  ),
];

const VOLUME_KEYS: Key[] = [
  ...carried('driver', 'driver_opts', 'external', 'labels'),
  changed('name', 'kept; the default is PROJECT_VOLUME, as in compose'),
];

const OBJECT_KEYS: Key[] = [
  ...carried('content', 'environment', 'file'),
  changed('external', 'refused for configs; a secret of that name must be declared in the manifest'),
  changed('name', 'is for Swarm'),
  told('labels', 'are for Swarm'),
  ...refused('it is for Swarm. Write content:, or commit a file', 'driver', 'driver_opts', 'template_driver'),
];

const TOP_KEYS: Key[] = [
  changed('services', 'see the keys of a service'),
  changed('networks', 'see the keys of a network'),
  changed('volumes', 'see the keys of a volume'),
  changed('name', "names follow from the manifest's app and environment"),
  changed('version', 'obsolete'),
  changed('include', 'merged by compose'),
  changed('configs', 'see `configs` of a service; external ones are refused'),
  changed('secrets', 'see `secrets` of a service; external ones must be declared in the manifest'),
  ...refused('write a service, or a command under `before`', 'jobs', 'models'),
];

/** The handling of every key on a Docker host. */
export const docker: Answers = {
  file: TOP_KEYS,
  service: SERVICE_KEYS,
  build: BUILD_KEYS,
  deploy: DEPLOY_KEYS,
  limits: LIMIT_KEYS,
  reservations: RESERVATION_KEYS,
  membership: MEMBERSHIP_KEYS,
  network: NETWORK_KEYS,
  volume: VOLUME_KEYS,
  object: OBJECT_KEYS,
  networkDrivers: ['bridge'],
  largestFile: LARGEST_FILE,
};
