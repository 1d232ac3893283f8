/**
 * What a compose file may ask for beyond a container that sees nothing but its own: the key of the policy that allows it, in the words
 * of compose where it has one, and what its values are. A new option that reaches the host is a line here.
 */
export const HOST_OPTIONS = {
  privileged: 'Containers without walls: `true`; `[hook]` allows commands under `post_start` and `pre_stop` alone.',
  cap_add: 'Capabilities, as `NET_ADMIN`.',
  security_opt:
    'Settings of seccomp, AppArmor and SELinux, as `seccomp:unconfined`; `no-new-privileges` needs no leave.',
  devices: 'Devices of the host by their path, as `/dev/ttyUSB0`.',
  device_cgroup_rules: 'Rules for devices, as `c 188:* rmw`.',
  gpus: 'Devices that a driver gives, by the name of the driver or of the device, as `nvidia`.',
  binds: 'Paths of the host that are mounted, as `/srv/shop`, also by the options of a volume.',
  propagation: 'How mounts within a mounted path reach the host, as `rshared`.',
  volumes: 'Volumes by a name of their own, which any other application may have too (`external: true`, `name:`).',
  volume_options: 'Drivers of volumes, and what `driver_opts` mount by type and device, as `nfs:**`.',
  networks: 'Existing networks (`external: true`), by name.',
  network_options: 'Names of `driver_opts` of a network, as `com.docker.network.bridge.gateway_mode_ipv4`.',
  network_mode: 'Network stacks that are not its own, as `host`.',
  pid: 'Process tables that are not its own, as `host`.',
  ipc: 'Shared memory that is not its own, as `host`.',
  uts: 'Host names that are not its own, as `host`.',
  userns_mode: 'User namespaces that are not the usual one, as `host`.',
  cgroup: 'Control groups that are not its own, as `host`.',
  cgroup_parent: 'Control groups of the host that it is put into, by name.',
  runtime: 'Runtimes by name, as `nvidia`.',
  logging: 'Log drivers besides `json-file`, `local` and `none`, as `syslog`: the engine itself writes there.',
  labels: 'Programs that take orders from the labels of any container on the host, as `traefik`, where one runs there.',
  annotations: 'Names of annotations, which runtimes may take for orders.',
  oom: '`oom_kill_disable` and `oom_score_adj` below 0: the host would kill others first. `true`.',
  realtime: '`cpu_rt_runtime`: it may take the processor from everybody. `true`.',
  ports: 'Ports of the host that are published besides the routes, as `5432` or `127.0.0.1:5432`.',
  build_ssh: 'SSH agents of the worker that a build may use, as `default`.',
  build_entitlements: 'What a build may do beyond a container, as `security.insecure` or `network.host`.',
  build_network: 'Networks of a build besides the usual one, as `host`.',
  build_contexts: 'Contexts of a build from elsewhere, as `https://git.example.com/base.git`.',
  build_cache: 'Where a build reads and writes its cache, as `type=registry,ref=registry.example.com/cache`.',
} as const;

export type HostOptionKey = keyof typeof HOST_OPTIONS;
