import { readManifest } from '../../../activities/source/read-manifest';
import { hostReach, reachOfBuild } from '../../../src/model/host/reach';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith } from '../../setup/parts';
import { folderWith, MANIFEST, settings } from '../source/fixture';

/** Why each is as it is: refused in these words, or let through with what the policy must allow, which may be nothing. */
type Outcome = RegExp | string[];

const PLAIN: string[] = [];
const IMAGE = 'image: a';
const built = (more: string) => `build: { context: ., ${more} }`;
const from = (context: string) => built(`additional_contexts: { b: "${context}" }`);

/** Keys of a service by which a commit might get beyond its containers. */
const KEYS: [service: string, outcome: Outcome][] = [
  // It is for docker compose watch, and nothing reads it.
  [`${IMAGE}, develop: { watch: [{ path: /etc, action: sync, target: /x }] }`, PLAIN],
  // They would run a program of the worker.
  ['provider: { type: /bin/sh, options: { a: b } }', /provider: cannot be released/],
  [`${IMAGE}, models: [m]`, /models: cannot be released/],
  [`${IMAGE}, credential_spec: { file: /etc/passwd }`, /credential_spec: cannot be released/],
  [`${IMAGE}, use_api_socket: true`, /use_api_socket: cannot be released/],
  [`${IMAGE}, isolation: hyperv`, PLAIN],
  // What a build has of the worker, or of another machine.
  ['build: "https://example.com/b.git"', /context: is https:.*not in the commit/],
  ['build: "eve@example.com:a/b.git"', /no folder of the commit/],
  ['build: "github.com/a/b"', /no folder of the commit/],
  ['build: /etc', /context: is \/etc, which is not in the commit/],
  ['build: ../x', /context: is \.\.\/x, which is not in the commit/],
  [built('dockerfile: "https://example.com/D"'), /dockerfile: .*outside the context/],
  [built('dockerfile: /etc/passwd'), /dockerfile: .*outside the context/],
  [from('https://example.com/b.git'), ['build_contexts https://example.com/b.git']],
  [from('docker-image://other'), ['build_contexts docker-image://other']],
  [from('HTTPS://example.com/b.git'), /which is not in the commit|Expected a folder/],
  [from('git@example.com:a/b.git'), /which is not in the commit|Expected a folder|no folder/],
  [from('oci-layout:///etc'), /Expected a folder of the project/],
  [from('OCI-LAYOUT:///etc'), /which is not in the commit|Expected a folder/],
  [from('target:x'), /Expected a folder of the project/],
  [from('/etc'), /which is not in the commit/],
  [from('../../etc'), /which is not in the commit/],
  [built('secrets: [of_file]'), /passes secret of_file to the build, but the environment does not declare it/],
  [built('secrets: [of_home]'), /passes secret of_home to the build, but the environment does not declare it/],
  [built('ssh: [default]'), ['build_ssh default']],
  [built('network: host'), ['build_network host']],
  [built('network: "container:other"'), ['build_network container:other']],
  [built('entitlements: [security.insecure]'), ['build_entitlements security.insecure']],
  [built('privileged: true'), ['build_entitlements security.insecure']],
  [built('cache_from: ["type=local,src=/etc"]'), /a local folder/],
  [built('cache_to: ["type=s3,bucket=x"]'), ['build_cache type=s3,bucket=x']],
  [built('args: [TOKEN]'), /passes secret TOKEN to the build/],
  // Files.
  [`${IMAGE}, configs: [of_host]`, ['binds /etc/passwd']],
  [`${IMAGE}, configs: [above]`, /mounts \.\.\/passwd, which is outside the repository/],
  [`${IMAGE}, configs: [of_variable]`, /takes its value from HOME, but the environment does not declare it/],
  [`${IMAGE}, configs: [of_swarm]`, /is kept by Swarm/],
  [`${IMAGE}, secrets: [of_file]`, ['binds /etc/passwd']],
  // Volumes by what is mounted, whatever it is called.
  [`${IMAGE}, volumes: ["as_bind:/x:ro"]`, ['binds /etc']],
  [`${IMAGE}, volumes: ["as_rbind:/x:ro"]`, ['binds /root']],
  [`${IMAGE}, volumes: ["as_overlay:/x:ro"]`, ['volume_options overlay:overlay']],
  [`${IMAGE}, volumes: ["as_disk:/x:ro"]`, ['volume_options ext4:/dev/sda1']],
  [`${IMAGE}, volumes: ["as_proc:/x:ro"]`, ['volume_options proc:proc']],
  [`${IMAGE}, volumes: ["as_nfs:/x:ro"]`, ['volume_options nfs::/x']],
  [`${IMAGE}, volumes: ["by_driver:/x:ro"]`, ['volume_options vieux/sshfs', 'volume_options none:']],
  [`${IMAGE}, volumes: ["in_memory:/x:ro"]`, PLAIN],
  [`${IMAGE}, volumes: ["of_other:/x:ro"]`, ['volumes other_data']],
  [`${IMAGE}, volumes: [{ type: image, source: other, target: /x }]`, /mounts the image other/],
  [`${IMAGE}, volumes: [{ type: npipe, source: x, target: /x }]`, /mounts \/x as npipe/],
  [`${IMAGE}, volumes: [{ type: cluster, source: x, target: /x }]`, /mounts \/x as cluster/],
  [`${IMAGE}, volumes: ["/var/run/docker.sock:/s:ro"]`, ['binds /var/run/docker.sock']],
  [`${IMAGE}, volumes: ["/srv/../etc:/s:ro"]`, ['binds /etc']],
  [
    `${IMAGE}, volumes: [{ type: bind, source: /srv, target: /x, read_only: true, bind: { propagation: rshared } }]`,
    ['binds /srv', 'propagation rshared'],
  ],
  [`${IMAGE}, volumes_from: ["container:other"]`, /takes what container:other mounts/],
  // Devices, and walls.
  [`${IMAGE}, gpus: all`, ['gpus gpu']],
  [`${IMAGE}, gpus: [{ driver: cdi, device_ids: [example.com/x=all] }]`, ['gpus example.com/x=all']],
  [
    `${IMAGE}, deploy: { resources: { reservations: { devices: [{ capabilities: [gpu], driver: nvidia }] } } }`,
    ['gpus nvidia'],
  ],
  [`${IMAGE}, devices: ["/dev/../dev/mem:/dev/x"]`, ['devices /dev/mem']],
  [`${IMAGE}, devices: ["example.com/device=x"]`, ['gpus example.com/device=x']],
  [`${IMAGE}, device_cgroup_rules: ["a *:* rwm"]`, ['device_cgroup_rules a *:* rwm']],
  [`${IMAGE}, cgroup_parent: /`, ['cgroup_parent /']],
  [`${IMAGE}, cgroup: host`, ['cgroup host']],
  [`${IMAGE}, annotations: { run.oci.keep_original_groups: "1" }`, ['annotations run.oci.keep_original_groups']],
  [`${IMAGE}, privileged: true`, ['privileged true']],
  [`${IMAGE}, cap_add: [SYS_ADMIN]`, ['cap_add SYS_ADMIN']],
  [
    `${IMAGE}, security_opt: ["seccomp:/etc/x.json", "no-new-privileges:false"]`,
    ['security_opt seccomp:/etc/x.json', 'security_opt no-new-privileges:false'],
  ],
  [`${IMAGE}, runtime: kata`, ['runtime kata']],
  [`${IMAGE}, userns_mode: host`, ['userns_mode host']],
  [`${IMAGE}, uts: host`, ['uts host']],
  [`${IMAGE}, ipc: host`, /would conflict/],
  [`${IMAGE}, pid: "container:other"`, /another container's namespace/],
  [`${IMAGE}, network_mode: "container:other"`, /find it only in the release's own networks/],
  [`${IMAGE}, external_links: [other]`, /external_links: cannot be released/],
  [`${IMAGE}, logging: { driver: syslog, options: { syslog-address: "tcp://x:1" } }`, ['logging syslog']],
  [`${IMAGE}, oom_score_adj: -1000`, ['oom oom_score_adj']],
  [`${IMAGE}, cpu_rt_runtime: 95000`, ['realtime cpu_rt_runtime']],
  [`${IMAGE}, post_start: [{ command: x, privileged: true }]`, ['privileged hook']],
  // The engine takes only those of the container's own namespaces, and its own groups.
  [`${IMAGE}, sysctls: { kernel.core_pattern: "|/x" }, group_add: [docker], extra_hosts: ["db:host-gateway"]`, PLAIN],
  // Labels that others obey, or by which docker and windlass find what is theirs.
  [`${IMAGE}, labels: { traefik.http.routers.x.rule: "Host(\`shop.example.com\`)" }`, ['labels traefik']],
  [`${IMAGE}, labels: [com.centurylinklabs.watchtower.lifecycle.pre-update=x]`, ['labels watchtower']],
  [`${IMAGE}, labels: { ofelia.job-local.x.command: "rm -rf /" }`, ['labels ofelia']],
  [`${IMAGE}, labels: { com.docker.compose.project: other }`, /by which docker or windlass itself finds containers/],
  [`${IMAGE}, labels: { windlass.app: other }`, /by which docker or windlass itself finds containers/],
  [`${IMAGE}, labels: { other.role: instance, other.app: x }`, /by which docker or windlass itself finds containers/],
  [`${IMAGE}, labels: { com.example.role: instance }`, PLAIN],
];

const REST = `
volumes:
  as_bind: { driver_opts: { type: none, o: bind, device: /etc } }
  as_rbind: { driver_opts: { type: tmpfs, o: "size=1, RBIND", device: /etc/../root } }
  as_overlay: { driver_opts: { type: overlay, o: "lowerdir=/etc:/root,upperdir=/a,workdir=/b", device: overlay } }
  as_disk: { driver_opts: { type: ext4, device: /dev/sda1 } }
  as_proc: { driver_opts: { type: proc, device: proc } }
  as_nfs: { driver_opts: { type: nfs, o: "addr=10.0.0.1", device: ":/x" } }
  by_driver: { driver: vieux/sshfs, driver_opts: { sshcmd: "root@x:/" } }
  in_memory: { driver_opts: { type: tmpfs, o: "uid=0", device: tmpfs } }
  of_other: { external: true, name: other_data }
configs:
  of_host: { file: /etc/passwd }
  above: { file: ../passwd }
  of_variable: { environment: HOME }
  of_swarm: { external: true }
secrets:
  of_file: { file: /etc/passwd }
  of_home: { environment: HOME }
models:
  m: { model: ai/x }
`;

describeWith(['compose'], 'a key of a commit that reaches out', () => {
  let problems: string[];
  let reach: { of: string; said: string }[];

  /** All of them in one file, each with a service of its own: compose reads it once. */
  const read = async (rows: [string, Outcome][]) => {
    const services = rows.map(([service], at) => `  s${at}e: { ${service} }`).join('\n');
    const compose = `services:\n  web: { image: a }\n${services}\n${REST}`;
    const dir = folderWith({ 'windlass.yaml': MANIFEST, 'docker-compose.yml': compose, Dockerfile: 'FROM a\n' });
    return await readManifest(dir, { ...settings(), buildxCommand: ['true'] });
  };

  beforeAll(async () => {
    problems = (await read(KEYS)).problems.map(describeProblem);
    const fine = KEYS.map((row): [string, Outcome] => (row[1] instanceof RegExp ? [IMAGE, PLAIN] : row));
    const { draft, problems: others } = await read(fine);
    expect(others).toEqual([]);
    const all = [...hostReach(draft!.environments[0]!), ...draft!.builds.flatMap(reachOfBuild)];
    reach = all.map(({ key, value, of }) => ({ of, said: `${key} ${value}` }));
  });

  test.each(KEYS.map(([service, outcome], at) => [service, outcome, at] as const))('%s', (service, outcome, at) => {
    const name = `s${at}e`;
    const own = problems.filter((one) => new RegExp(`\\b${name}\\b`).test(one) || isOfResource(service, one));
    if (outcome instanceof RegExp) {
      expect(own.join('\n')).toMatch(outcome);
      return;
    }
    const volume = /volumes: \["(\w+):/.exec(service)?.[1];
    const places = [`service ${name}`, `build of ${name}`, `volume ${volume}`];
    expect(reach.filter(({ of }) => places.includes(of)).map(({ said }) => said)).toEqual(outcome);
  });

  /** A config or a secret is told at its own place. */
  const isOfResource = (service: string, problem: string) => {
    const [, kind, resource] = /(configs|secrets): \[(\w+)\]/.exec(service) ?? [];
    return resource !== undefined && problem.includes(`${kind}.${resource}`);
  };
});
