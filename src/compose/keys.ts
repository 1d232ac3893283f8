/**
 * What becomes of every key of the compose specification. Nothing is dropped silently: a key is *carried* as it is,
 * *changed* in the way that is said, or *refused* with the reason and the way out. `windlass docs compose` prints it.
 */
export interface Key {
  key: string;
  does: 'carried' | 'changed' | 'refused';
  /** For a changed key what becomes of it, for a refused one why, and what to do instead. */
  how?: string;
  /** A changed key that is told whenever it is used: something that is written has no effect, or another one. */
  told?: true;
}

const carried = (...keys: string[]): Key[] => keys.map((key) => ({ key, does: 'carried' }));
const changed = (key: string, how: string): Key => ({ key, does: 'changed', how });
const told = (key: string, how: string): Key => ({ key, does: 'changed', how, told: true });
const refused = (how: string, ...keys: string[]): Key[] => keys.map((key) => ({ key, does: 'refused', how }));

const NOT_YET =
  'this version of windlass cannot set it. Remove it for releases, with an overlay of the environment and !reset';
const HOST_NAMESPACE =
  'it would share what belongs to the host or to another container with two releases at once. Remove it';

/** The keys of a service. */
export const SERVICE_KEYS: Key[] = [
  ...carried(
    'cap_add',
    'cap_drop',
    'command',
    'dns',
    'entrypoint',
    'environment',
    'extra_hosts',
    'group_add',
    'hostname',
  ),
  ...carried('init', 'labels', 'privileged', 'read_only', 'security_opt', 'shm_size', 'stdin_open'),
  ...carried('stop_grace_period', 'stop_signal', 'sysctls', 'tty', 'ulimits', 'user', 'working_dir'),
  ...carried('cpus', 'mem_limit', 'pids_limit'),
  changed('attach', 'only says whose output `docker compose up` prints; nothing is attached'),
  changed('build', 'built once for all environments, on the builder; see the keys of `build`'),
  changed(
    'container_name',
    'refused on a released service, of which two stand beside each other; an accessory gets it as a further name on its networks',
  ),
  changed(
    'depends_on',
    'the order of starting and switching; `service_completed_successfully` is refused: write the command under `before`',
  ),
  changed('deploy', 'see the keys of `deploy`'),
  told('develop', 'is for `docker compose watch`; a release leaves it out'),
  changed('env_file', 'read from the commit and merged into `environment`'),
  changed('expose', 'the default port of a route'),
  changed('extends', 'merged by compose'),
  changed(
    'healthcheck',
    'carried; while an instance is prepared, windlass itself runs the command every 200 ms instead of `start_interval`',
  ),
  changed(
    'image',
    'pinned to its digest when the release is made; of a service that is built, the name that windlass gives in its registry',
  ),
  changed('label_file', 'merged into `labels` by compose'),
  changed(
    'links',
    'without another name they say what the networks and depends_on do already; with one they are refused: write an alias of the network',
  ),
  changed('logging', 'carried; where nothing is said, three files of 10 MB are kept, so that no log fills a disk'),
  changed('networks', 'each release has a copy of its own; aliases are kept, fixed addresses refused'),
  changed('platform', 'what is built is built for it; what is not runs as the host pulls it, and that is told'),
  changed(
    'ports',
    'of a routed service the port of its route; of an accessory published as they are; of any other refused, unless the manifest says publish: false',
  ),
  changed('profiles', 'a service with profiles takes part when COMPOSE_PROFILES under `variables` names one of them'),
  changed('pull_policy', 'images are pulled by digest, once, before anything is switched'),
  changed('pull_refresh_after', 'images are pulled by digest, once, before anything is switched'),
  changed('restart', 'carried; where nothing is said, a container is started again unless it was stopped'),
  changed('scale', 'the number of instances'),
  changed('tmpfs', 'carried, with its size; other options are refused'),
  changed(
    'volumes',
    'named volumes of accessories, absolute paths of the host and tmpfs are carried; project files, nameless volumes and named volumes of released services are refused',
  ),
  ...refused(
    'it names what only compose or a desktop runs. Remove it for releases',
    'models',
    'provider',
    'use_api_socket',
  ),
  ...refused(
    'put the content into the image, or declare a secret under secrets and take it from the environment',
    'configs',
    'secrets',
  ),
  ...refused(HOST_NAMESPACE, 'cgroup', 'ipc', 'network_mode', 'pid', 'userns_mode', 'uts', 'volumes_from'),
  ...refused(
    'releases cannot reach containers that windlass does not run. Join their network: declare it as external',
    'external_links',
  ),
  ...refused('two instances stand beside each other, so nothing may be fixed to one of them. Remove it', 'mac_address'),
  ...refused(
    'write a command under `before`, or start it from the entrypoint of the image',
    'post_start',
    'pre_start',
    'pre_stop',
  ),
  ...refused(
    NOT_YET,
    'annotations',
    'blkio_config',
    'cgroup_parent',
    'cpu_count',
    'cpu_percent',
    'cpu_period',
    'cpu_quota',
  ),
  ...refused(
    NOT_YET,
    'cpu_rt_period',
    'cpu_rt_runtime',
    'cpu_shares',
    'cpuset',
    'credential_spec',
    'device_cgroup_rules',
  ),
  ...refused(
    NOT_YET,
    'devices',
    'dns_opt',
    'dns_search',
    'domainname',
    'gpus',
    'isolation',
    'mem_reservation',
    'mem_swappiness',
  ),
  ...refused(NOT_YET, 'memswap_limit', 'oom_kill_disable', 'oom_score_adj', 'runtime', 'storage_opt'),
];

/** The keys of `deploy`. */
export const DEPLOY_KEYS: Key[] = [
  changed('replicas', 'the number of instances on each host'),
  changed(
    'resources',
    'limits of cpus, memory and pids are carried; reservations are told, and reserve nothing; devices are refused',
  ),
  changed('restart_policy', 'as `restart`, where that is not said'),
  told('endpoint_mode', 'is for Swarm; the proxy finds the instances'),
  told('labels', 'are labels of a Swarm service; write labels beside image for those of the container'),
  changed('mode', '`replicated` is what is done; others are refused'),
  told('rollback_config', 'is for Swarm; the strategy of the environment says how a release goes back'),
  told('update_config', 'is for Swarm; the strategy of the environment says how a release is rolled out'),
  ...refused('the manifest says which hosts an environment has. Remove it', 'placement'),
];

/** The keys of `build`. */
export const BUILD_KEYS: Key[] = [
  ...carried('args', 'context', 'dockerfile', 'extra_hosts', 'labels', 'network', 'target'),
  changed('platforms', 'one is carried; several are refused'),
  changed('no_cache', '`windlass release --again` builds anew'),
  changed('no_cache_filter', '`windlass release --again` builds anew'),
  changed('pull', 'the builder decides'),
  told('tags', 'are not given; windlass tags what it pushes with the release'),
  ...refused('write it to a file of the repository, and name it as dockerfile', 'dockerfile_inline'),
  ...refused(
    'builds with it need the buildx client, which this version of windlass does not use. Build in CI, and hand the image over: --image SERVICE=REPOSITORY@sha256:…',
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
    'isolation',
  ),
];

/** The keys of an entry of the top-level `networks`. */
export const NETWORK_KEYS: Key[] = [
  ...carried('external', 'internal'),
  changed('name', 'kept for an external network; others are named after the release'),
  changed('driver', '`bridge` is what is made; others are refused'),
  changed('ipam', 'the engine gives the addresses; fixed ones are refused, for each release has its own copy'),
  told('attachable', 'is for Swarm'),
  told('labels', 'are not set on the copies of a release'),
  ...refused(NOT_YET, 'driver_opts', 'enable_ipv4', 'enable_ipv6'),
];

/** The keys of an entry of the top-level `volumes`. */
export const VOLUME_KEYS: Key[] = [
  ...carried('external'),
  changed('name', 'kept for an external volume; others are named after application and environment, and that is told'),
  changed('driver', '`local` is what is made; others are refused'),
  told('labels', 'are not set'),
  ...refused('create the volume on the host by hand, and declare it as external', 'driver_opts'),
];

/** The keys of the file itself; `x-…` are for people and are left out everywhere. */
export const TOP_KEYS: Key[] = [
  changed('services', 'see the keys of a service'),
  changed('networks', 'see the keys of a network'),
  changed('volumes', 'see the keys of a volume'),
  changed('name', 'names follow from app and environment of the manifest'),
  changed('version', 'has no meaning any more'),
  changed('include', 'merged by compose'),
  changed('configs', 'refused where a service uses them'),
  changed('secrets', 'refused where a service uses them'),
  ...refused('write a service, or a command under `before`', 'jobs', 'models'),
];
