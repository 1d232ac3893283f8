import {
  BUILD_KEYS,
  DEPLOY_KEYS,
  type Key,
  LIMIT_KEYS,
  MEMBERSHIP_KEYS,
  NETWORK_KEYS,
  OBJECT_KEYS,
  RESERVATION_KEYS,
  SERVICE_KEYS,
  TOP_KEYS,
  VOLUME_KEYS,
} from '../../../src/compose/keys';

const words = (text: string) => text.trim().split(/\s+/);

/** The keys of the specification that Docker Compose 5.6.1 carries within itself, and our table of each. */
export const SPECIFICATION: Record<string, { table: Key[]; keys: string[] }> = {
  service: {
    table: SERVICE_KEYS,
    keys: words(`
      annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
      cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy
      develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends
      external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging
      mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable
      oom_score_adj pid pids_limit platform ports post_start pre_start pre_stop privileged profiles provider pull_policy
      pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period
      stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir`),
  },
  build: {
    table: BUILD_KEYS,
    keys: words(`
      additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts isolation
      labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh tags target ulimits`),
  },
  deploy: {
    table: DEPLOY_KEYS,
    keys: words('endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config'),
  },
  limits: { table: LIMIT_KEYS, keys: words('cpus memory pids') },
  reservations: { table: RESERVATION_KEYS, keys: words('cpus devices generic_resources memory') },
  membership: {
    table: MEMBERSHIP_KEYS,
    keys: words(
      'aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority',
    ),
  },
  network: {
    table: NETWORK_KEYS,
    keys: words('attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name'),
  },
  volume: { table: VOLUME_KEYS, keys: words('driver driver_opts external labels name') },
  object: {
    table: OBJECT_KEYS,
    keys: words('content driver driver_opts environment external file labels name template_driver'),
  },
  file: {
    table: TOP_KEYS,
    keys: words('configs include jobs models name networks secrets services version volumes'),
  },
};
