import { SETTINGS } from './settings';

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

const NAMESPACE = 'carried, but for that of another service or container, which is refused';

/** The keys of a service of which more is to be said than that they are carried. */
const SPECIAL_KEYS: Key[] = [
  changed('attach', 'only says whose output `docker compose up` prints; nothing is attached'),
  changed('build', 'built once for all environments, on the builder; see the keys of `build`'),
  changed('cgroup', NAMESPACE),
  changed(
    'container_name',
    'refused on a released service, of which two stand beside each other; an accessory gets it as a further name on its networks',
  ),
  changed(
    'depends_on',
    'the order of starting and switching; a service that others wait for with `service_completed_successfully` runs once in each release, before the switch',
  ),
  changed('deploy', 'see the keys of `deploy`'),
  told('develop', 'is for `docker compose watch`; a release leaves it out'),
  changed('env_file', 'read from the commit and merged into `environment`'),
  ...carried('environment', 'expose'),
  changed('extends', 'merged by compose'),
  changed(
    'healthcheck',
    'carried; while an instance is prepared, windlass itself runs the command every 200 ms, whatever `start_interval` says',
  ),
  changed(
    'image',
    'pinned to its digest when the release is made; of a service that is built, the name that windlass gives in its registry',
  ),
  changed('ipc', `${NAMESPACE}; \`host\` is for accessories`),
  changed('label_file', 'merged into `labels` by compose'),
  changed(
    'links',
    'without another name they say what the networks and depends_on do already; with one they are refused: write an alias of the network',
  ),
  changed('logging', 'carried; where nothing is said, three files of 10 MB are kept, so that no log fills a disk'),
  changed('network_mode', '`none` is carried; others are refused, for each release has networks of its own'),
  changed('networks', 'each release has a copy of its own; aliases are kept, fixed addresses refused'),
  changed('pid', NAMESPACE),
  changed('platform', 'what is built is built for it; what is not runs as the host pulls it, and that is told'),
  changed(
    'ports',
    'of a routed service the port of its route; of an accessory, and with strategy: recreate, published as they are; of any other refused, unless the manifest says publish: false',
  ),
  changed('profiles', 'a service with profiles takes part when COMPOSE_PROFILES under `variables` names one of them'),
  changed('pull_policy', 'images are pulled by digest, once, before anything is switched'),
  changed('pull_refresh_after', 'images are pulled by digest, once, before anything is switched'),
  changed('restart', 'carried; where nothing is said, a container is started again unless it was stopped'),
  changed('scale', 'the number of instances'),
  ...carried('tmpfs'),
  changed('userns_mode', NAMESPACE),
  changed('uts', NAMESPACE),
  changed(
    'volumes',
    'carried: named volumes, of a released service once the manifest says shared or exclusive; absolute paths of the host, which must be there; tmpfs. A file of the commit of up to 1 MB is put into the container before it starts. Folders of the project and nameless volumes are refused',
  ),
  ...refused(
    'it names what only compose or a desktop runs. Remove it for releases',
    'models',
    'provider',
    'use_api_socket',
  ),
  changed(
    'configs',
    'put into the container as files before it starts: a file of the commit of up to 1 MB, content, or a variable; absolute paths of the host are mounted',
  ),
  changed(
    'secrets',
    'put into the container as files before it starts: what the environment declares under secrets, by the name of the secret or of its variable; a file of the project is refused, unless notSecret lists it',
  ),
  ...refused('it would share the data of another container with two releases at once. Name the volume', 'volumes_from'),
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
  ...refused('it is for containers of Windows, which windlass does not run. Remove it', 'credential_spec'),
];

/** The keys of a service: every setting of a container is carried, unless more is said of it. */
export const SERVICE_KEYS: Key[] = [
  ...carried(
    ...Object.values(SETTINGS)
      .map(({ key }) => key)
      .filter((key) => !SPECIAL_KEYS.some((special) => special.key === key)),
  ),
  ...SPECIAL_KEYS,
];

/** The keys of `deploy`. */
export const DEPLOY_KEYS: Key[] = [
  changed('replicas', 'the number of instances on each host'),
  changed('resources', 'limits of cpus, memory and pids, and reservations of memory and devices, are carried'),
  changed('restart_policy', 'its condition and its number of attempts are carried, before `restart`'),
  told('endpoint_mode', 'is for Swarm; the proxy finds the instances'),
  told('labels', 'are labels of a Swarm service; write labels beside image for those of the container'),
  changed('mode', '`replicated` is what is done; others are refused'),
  told('rollback_config', 'is for Swarm; the strategy of the environment says how a release goes back'),
  told('update_config', 'is for Swarm; the strategy of the environment says how a release is rolled out'),
  ...refused('the manifest says which hosts an environment has. Remove it', 'placement'),
];

/** The keys of `deploy.resources.limits` and `deploy.resources.reservations`. */
export const LIMIT_KEYS: Key[] = carried('cpus', 'memory', 'pids');
export const RESERVATION_KEYS: Key[] = [
  ...carried('devices', 'memory'),
  told('cpus', 'reserves nothing: an engine by itself has limits of the processor only'),
  told('generic_resources', 'reserves nothing: it is for Swarm'),
];

/** The keys of `build` that the engine does not know, and the buildx client does. */
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

/** The keys of `build`. */
export const BUILD_KEYS: Key[] = [
  ...carried('args', 'context', 'dockerfile', 'dockerfile_inline', 'extra_hosts', 'labels', 'network', 'target'),
  changed('platforms', 'one is carried; several are refused'),
  changed('no_cache', '`windlass release --again` builds anew'),
  changed('no_cache_filter', '`windlass release --again` builds anew'),
  changed('pull', 'the builder decides'),
  told('tags', 'are not given; windlass tags what it pushes with the release'),
  ...refused('it is for containers of Windows, which windlass does not run. Remove it', 'isolation'),
  ...BUILDX_KEYS.map((key) => changed(key, 'carried by the buildx client where the worker has it, else refused')),
];

/** The keys of an entry of the top-level `networks`. */
export const NETWORK_KEYS: Key[] = [
  ...carried('enable_ipv4', 'enable_ipv6', 'internal', 'labels'),
  changed('external', 'joined as it is, by two releases at once, and that is told'),
  changed('name', 'kept for an external network; others are named after the release'),
  changed('driver', '`bridge` is what is made; others are refused'),
  changed('driver_opts', 'carried, but for the name of the bridge, which the copies of two releases cannot both have'),
  changed('ipam', 'the engine gives the addresses; fixed ones are refused, for each release has its own copy'),
  told('attachable', 'is for Swarm'),
];

/** The keys of a service's entry of `networks`. */
export const MEMBERSHIP_KEYS: Key[] = [
  ...carried('aliases'),
  told('priority', 'is not kept: the network whose name sorts first is the first'),
  told('gw_priority', 'is not kept: the network whose name sorts first is the first'),
  ...refused(
    'it fixes what two instances beside each other cannot share, or what the engine decides. Remove it; services find each other by name',
    'driver_opts',
    'interface_name',
    'ipv4_address',
    'ipv6_address',
    'link_local_ips',
    'mac_address',
  ),
];

/** The keys of an entry of the top-level `volumes`. */
export const VOLUME_KEYS: Key[] = [
  ...carried('driver', 'driver_opts', 'external', 'labels'),
  changed('name', 'kept; without it a volume is called PROJECT_VOLUME, as compose calls it'),
];

/** The keys of an entry of the top-level `configs` or `secrets`. */
export const OBJECT_KEYS: Key[] = [
  ...carried('content', 'environment', 'file'),
  changed('external', 'refused for configs; a secret of that name must be declared in the manifest'),
  changed('name', 'is for Swarm'),
  told('labels', 'are for Swarm'),
  ...refused('it is for Swarm. Write content:, or commit a file', 'driver', 'driver_opts', 'template_driver'),
];

/** The keys of the file itself; `x-…` are for people and are left out everywhere. */
export const TOP_KEYS: Key[] = [
  changed('services', 'see the keys of a service'),
  changed('networks', 'see the keys of a network'),
  changed('volumes', 'see the keys of a volume'),
  changed('name', 'names follow from app and environment of the manifest'),
  changed('version', 'has no meaning any more'),
  changed('include', 'merged by compose'),
  changed('configs', 'see `configs` of a service; external ones are refused'),
  changed('secrets', 'see `secrets` of a service; external ones must be declared in the manifest'),
  ...refused('write a service, or a command under `before`', 'jobs', 'models'),
];
