/** One key of a service, or a few that belong together: the lines, and the keys that they show to be carried. */
export interface Row {
  keys: string[];
  lines: string;
  name?: string;
  /** Paths in the container whose content is compared; how they come there may differ. */
  files?: string[];
}

const row = (keys: string, lines: string, more: Partial<Row> = {}): Row => ({ keys: keys.split(' '), lines, ...more });

/** The files that the rows name. */
export const FILES: Record<string, string> = {
  'nginx.conf': 'server {}\n',
  'of.env': 'FROM_FILE=1\n',
  'of.labels': 'from.file=1\n',
  'base.yml': 'services:\n  base: { image: x, hostname: extended }\n',
};

export const ROWS: Row[] = [
  row('image command', 'init: false', { name: 'nothing but a command' }),
  row('annotations', 'annotations: { a: b }'),
  row('attach', 'attach: false'),
  row(
    'blkio_config',
    'blkio_config: { weight: 300, device_read_bps: [{ path: /dev/null, rate: 1mb }], device_write_iops: [{ path: /dev/null, rate: 30 }] }',
  ),
  row('cap_add cap_drop', 'cap_add: [NET_ADMIN]\ncap_drop: [ALL]'),
  row('cgroup', 'cgroup: host'),
  row('cgroup_parent', 'cgroup_parent: wltest'),
  row(
    'configs',
    'configs: [file, { source: content, target: /etc/said }, { source: variable, target: /etc/variable }]',
    {
      files: ['/file', '/etc/said', '/etc/variable'],
    },
  ),
  row('cpu_count', 'cpu_count: 2'),
  row('cpu_percent', 'cpu_percent: 20'),
  row('cpu_period cpu_quota', 'cpu_period: 50000\ncpu_quota: 20000'),
  row('cpu_rt_period cpu_rt_runtime', 'cpu_rt_period: 10000\ncpu_rt_runtime: 1000'),
  row('cpu_shares', 'cpu_shares: 512'),
  row('cpus', 'cpus: 0.5'),
  row('cpuset', 'cpuset: "0"'),
  row(
    'deploy deploy.resources limits.cpus limits.memory limits.pids reservations.memory',
    'deploy: { resources: { limits: { cpus: "0.5", memory: 50M, pids: 9 }, reservations: { memory: 20M } } }',
  ),
  row(
    'reservations.devices',
    'deploy: { resources: { reservations: { devices: [{ driver: nvidia, count: 1, capabilities: [gpu, utility] }] } } }',
  ),
  row('deploy.restart_policy', 'deploy: { restart_policy: { condition: on-failure, max_attempts: 3 } }'),
  row('deploy.mode deploy.replicas', 'deploy: { mode: replicated, replicas: 1 }'),
  row('device_cgroup_rules', 'device_cgroup_rules: ["c 1:3 mr"]'),
  row('devices', 'devices: ["/dev/null:/dev/other:r"]'),
  row('dns dns_opt dns_search', 'dns: 9.9.9.9\ndns_opt: [use-vc]\ndns_search: example.com'),
  row('domainname hostname', 'domainname: example.com\nhostname: box'),
  row('entrypoint', 'entrypoint: [sh, -c]'),
  row('entrypoint', 'entrypoint: []', { name: 'no entrypoint' }),
  row('env_file', 'env_file: of.env'),
  row('environment', 'environment: { A: "1", EMPTY: "", DOLLAR: "$$x", TOKEN: "${TOKEN}" }'),
  row('expose', 'expose: ["9000", "8000-8001", 53/udp]'),
  row('extends', 'extends: { file: base.yml, service: base }'),
  row('extra_hosts', 'extra_hosts: ["a:1.2.3.4", "six:::1"]'),
  row('gpus', 'gpus: [{ driver: nvidia, device_ids: ["0"], capabilities: [compute], options: { a: b } }]'),
  row('gpus', 'gpus: all', { name: 'all gpus' }),
  row('group_add', 'group_add: [5, audio]'),
  row(
    'healthcheck',
    'healthcheck: { test: curl -f x, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 5s, start_interval: 1s }',
  ),
  row('healthcheck', 'healthcheck: { disable: true }', { name: 'no healthcheck' }),
  row('init', 'init: true'),
  row('ipc', 'ipc: shareable'),
  row('isolation', 'isolation: default'),
  row('label_file', 'label_file: of.labels'),
  row('labels', 'labels: { a: b, "c.d": "" }'),
  row('logging', 'logging: { driver: json-file, options: { max-size: 1m } }'),
  row(
    'mem_limit mem_reservation memswap_limit mem_swappiness',
    'mem_limit: 100m\nmem_reservation: 50m\nmemswap_limit: 200m\nmem_swappiness: 60',
  ),
  row('memswap_limit', 'mem_limit: 100m\nmemswap_limit: -1', { name: 'swap without limit' }),
  row('network_mode', 'network_mode: none'),
  row('network_mode', 'network_mode: host', { name: 'network_mode: host' }),
  row('networks membership.aliases', 'networks: { plain: { aliases: [front, side] } }'),
  row('networks', 'networks: [hidden, plain]', { name: 'two networks' }),
  row('oom_kill_disable oom_score_adj', 'mem_limit: 100m\noom_kill_disable: true\noom_score_adj: 100'),
  row('pid', 'pid: host'),
  row('pids_limit', 'pids_limit: 5'),
  row('privileged', 'privileged: true'),
  row('pull_policy', 'pull_policy: missing'),
  row('read_only', 'read_only: true'),
  row('restart', 'restart: on-failure:3'),
  row('restart', 'restart: "no"', { name: 'no restart' }),
  row('restart', 'restart: always', { name: 'always restarted' }),
  row('runtime', 'runtime: runc'),
  row('scale', 'scale: 1'),
  row(
    'secrets',
    'secrets: [token, { source: token, target: other, mode: 0400, uid: "5", gid: "6" }, { source: public, target: /etc/public }]',
    { files: ['/run/secrets/token', '/run/secrets/other', '/etc/public'] },
  ),
  row('security_opt', 'security_opt: ["no-new-privileges:true", seccomp=unconfined]'),
  row('security_opt', 'security_opt: ["systempaths=unconfined"]', { name: 'nothing masked' }),
  row('shm_size', 'shm_size: 64m'),
  row('stdin_open tty', 'stdin_open: true\ntty: true'),
  row('stop_grace_period stop_signal', 'stop_grace_period: 1m30s\nstop_signal: SIGINT'),
  row('storage_opt', 'storage_opt: { size: 1G }'),
  row('sysctls', 'sysctls: { net.core.somaxconn: 1024 }'),
  row('tmpfs', 'tmpfs: [/run, "/tmp:size=64m,mode=1777,uid=5"]'),
  row('ulimits', 'ulimits: { nofile: 100, nproc: { soft: 1, hard: 2 } }'),
  row('user working_dir', 'user: "1:2"\nworking_dir: /x'),
  row('userns_mode', 'userns_mode: host'),
  row('uts', 'uts: host'),
  row(
    'volumes',
    'volumes: ["scratch:/scratch", "data:/data", "data:/more:ro", { type: volume, source: data, target: /raw, volume: { nocopy: true } }]',
    {
      name: 'volumes: named',
    },
  ),
  row(
    'volumes',
    'volumes: ["/etc:/a", "/etc:/b:ro", { type: bind, source: /etc, target: /c, bind: { propagation: rslave } }, { type: bind, source: /etc, target: /d, bind: { selinux: z } }]',
    { name: 'volumes: of the host' },
  ),
  row('volumes', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 10m, mode: 0700 } }]', {
    name: 'volumes: tmpfs',
  }),
  row('volumes', 'volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]', {
    name: 'volumes: a file of the project',
    files: ['/etc/nginx/nginx.conf'],
  }),
];

/** The networks and volumes of the file, by the keys that each shows. */
export const NETWORKS: Record<string, string> = {
  'driver labels driver_opts': 'plain',
  internal: 'hidden',
  'enable_ipv6 enable_ipv4 ipam': 'default',
};
export const VOLUMES: Record<string, string> = { 'driver driver_opts labels': 'scratch', name: 'data' };

export const TOP = `
networks:
  default: { enable_ipv6: false }
  plain:
    driver: bridge
    labels: { team: shop }
    driver_opts: { com.docker.network.bridge.enable_icc: "false", com.docker.network.driver.mtu: "1400" }
  hidden: { internal: true }
volumes:
  data:
  scratch: { driver: local, driver_opts: { type: tmpfs, device: tmpfs, o: size=1m }, labels: { team: shop } }
configs:
  file: { file: ./nginx.conf }
  content: { content: "said $$HOME" }
  variable: { environment: BASE }
secrets:
  token: { environment: TOKEN }
  public: { file: ./nginx.conf }
`;

/** Keys that say nothing of a container, a network or a volume as it is made, and where each is shown instead. */
const OF_READING = 'test/activities/source/compose.test.ts';
const OF_PROXY = 'test/e2e: what is published becomes a route';
export const ELSEWHERE: Record<string, string> = {
  build: 'test/activities/records/images.test.ts',
  container_name: OF_READING,
  depends_on: 'test/src/plan: the order',
  develop: OF_READING,
  links: OF_READING,
  platform: OF_READING,
  post_start: 'test/activities/docker/hooks.test.ts',
  pre_stop: 'test/activities/docker/hooks.test.ts',
  ports: OF_PROXY,
  profiles: OF_READING,
  pull_refresh_after: 'has no meaning for an image that is named by its digest',
  'deploy.endpoint_mode': 'is for Swarm',
  'deploy.labels': 'are for Swarm',
  'deploy.placement': 'is for Swarm',
  'deploy.rollback_config': 'is for Swarm',
  'deploy.update_config': 'is for Swarm',
  'reservations.cpus': 'is for Swarm',
  'reservations.generic_resources': 'is for Swarm',
  'membership.ipv4_address': OF_READING,
  'membership.ipv6_address': OF_READING,
  'membership.priority': OF_READING,
  'membership.gw_priority': OF_READING,
  'network.attachable': 'is for Swarm',
  'network.external': OF_READING,
  'network.name': OF_READING,
  'volume.external': OF_READING,
  volumes_from: OF_READING,
  'object.content': 'the row of configs',
  'object.environment': 'the rows of configs and secrets',
  'object.file': 'the rows of configs and secrets',
  'object.external': OF_READING,
  'object.name': 'is for Swarm',
  'object.labels': 'are for Swarm',
};

/** No more than the rows need. */
export const MANIFEST = `
app: shop
notSecret: [public]
services:
${ROWS.map((one, index) => (one.name === 'volumes: named' ? `  row${index}: { volumes: { data: shared, scratch: shared } }\n` : '')).join('')}
environments:
  staging:
    hosts: [local]
    variables: { BASE: VARIABLE }
    # The network of the host is for one instance at a time.
    strategy: recreate
    secrets: { TOKEN: { env: WLTEST_TOKEN } }
`;
