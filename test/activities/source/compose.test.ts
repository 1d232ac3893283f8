import { type ManifestReading, readManifest } from '../../../activities/source/read-manifest';
import { describeProblem } from '../../../src/model/text/problem';
import type { ContainerSpec } from '../../../src/model/container/container';
import { describeWith } from '../../setup/parts';
import { folderWith, MANIFEST, settings } from './fixture';

const indent = (text: string) =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
/** A compose file whose service `web` has these lines, the first of them on line 4. */
const webWith = (text: string) => `services:\n  web:\n    image: nginx:1\n${indent(text)}\n`;

const readFiles = (files: Record<string, string>) =>
  readManifest(folderWith({ 'windlass.yaml': MANIFEST, ...files }), settings());
const read = (compose: string, files: Record<string, string> = {}) =>
  readFiles({ 'docker-compose.yml': compose, ...files });
const problemsOf = async (compose: string, files?: Record<string, string>) =>
  (await read(compose, files)).problems.map(describeProblem);

/** Compose takes a while to start: a table is one file, in which each row is a service of its own, from these lines. */
const NAME = 'row';
function oneFile(rows: string[][]) {
  const starts: number[] = [];
  let text = 'services:\n';
  for (const [index, lines] of rows.entries()) {
    starts.push(text.split('\n').length - 2);
    text += `  ${NAME}${index}:\n${indent(lines.join('\n'))}\n`;
  }
  const rest =
    '  web: { image: a }\n  other: { image: a }\nconfigs: { c: { content: a } }\nsecrets: { c: { environment: TOKEN } }\n';
  return { text: text + rest, starts };
}

/** Whatever is said of a row, as if the row were the service `web` of a file of its own. */
function saidOf({ problems }: Pick<ManifestReading, 'problems'>, starts: number[], row: number): string[] {
  const name = `${NAME}${row}`;
  const own = problems.filter(({ path }) => path?.split(/[.[]/)[1] === name);
  return own.map((problem) =>
    describeProblem({ ...problem, line: problem.line! - starts[row]! }).replaceAll(name, 'web'),
  );
}

const EMPTY = { environment: {}, mounts: [], ports: [], expose: [] };

describeWith(['compose'], 'what a compose file says, as compose itself prints it', () => {
  const CARRIED: [key: string, lines: string, spec: Partial<ContainerSpec>][] = [
    ['cap_add', 'cap_add: [NET_ADMIN]', { capAdd: ['NET_ADMIN'] }],
    ['cap_drop', 'cap_drop: [ALL]', { capDrop: ['ALL'] }],
    ['command', 'command: echo "a b" $$HOME', { command: ['echo', 'a b', '$HOME'] }],
    ['no command', 'command: []', { command: [] }],
    ['cpus', 'cpus: 1.5', { cpus: 1.5 }],
    [
      'deploy.resources',
      'deploy: { resources: { limits: { cpus: "0.5", memory: 50M, pids: 9 } } }',
      { cpus: 0.5, memoryBytes: 52_428_800, pidsLimit: 9 },
    ],
    [
      'deploy.restart_policy',
      'deploy: { restart_policy: { condition: on-failure, max_attempts: 3 } }',
      { restart: { name: 'on-failure', times: 3 } },
    ],
    ['dns', 'dns: 9.9.9.9', { dns: ['9.9.9.9'] }],
    ['entrypoint', 'entrypoint: [sh, -c]', { entrypoint: ['sh', '-c'] }],
    [
      'environment',
      'environment: [A=1, "B=${TOKEN}", C=$$x]',
      { environment: { A: '1', B: '{{secret:TOKEN}}', C: '$x' } },
    ],
    ['expose', 'expose: ["9000", "8000-8001/tcp", 53/udp]', { expose: ['53/udp', '8000/tcp', '8001/tcp', '9000/tcp'] }],
    ['extra_hosts', 'extra_hosts: ["a:1.2.3.4", "six:::1"]', { extraHosts: ['a:1.2.3.4', 'six:::1'] }],
    ['group_add', 'group_add: [5, audio]', { groupAdd: ['5', 'audio'] }],
    [
      'healthcheck',
      'healthcheck: { test: curl -f x, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 5s, start_interval: 1s }',
      {
        healthcheck: {
          test: ['CMD-SHELL', 'curl -f x'],
          intervalMs: 90_000,
          timeoutMs: 500,
          retries: 3,
          startPeriodMs: 5_000,
          startIntervalMs: 1_000,
        },
      },
    ],
    ['no healthcheck', 'healthcheck: { disable: true }', { healthcheck: { disabled: true } }],
    ['hostname', 'hostname: box', { hostname: 'box' }],
    ['init', 'init: true', { init: true }],
    ['labels', 'labels: ["a=b"]', { labels: { a: 'b' } }],
    [
      'logging',
      'logging: { driver: json-file, options: { max-size: 1m } }',
      { logging: { driver: 'json-file', options: { 'max-size': '1m' } } },
    ],
    ['mem_limit', 'mem_limit: 100m', { memoryBytes: 104_857_600 }],
    ['pids_limit', 'pids_limit: 5', { pidsLimit: 5 }],
    ['privileged', 'privileged: true', { privileged: true }],
    ['read_only', 'read_only: true', { readOnly: true }],
    ['restart', 'restart: on-failure:3', { restart: { name: 'on-failure', times: 3 } }],
    ['restart: "no"', 'restart: "no"', { restart: { name: 'no' } }],
    ['security_opt', 'security_opt: ["no-new-privileges:true"]', { securityOpt: ['no-new-privileges:true'] }],
    ['shm_size', 'shm_size: 64m', { shmSizeBytes: 67_108_864 }],
    ['stdin_open, tty', 'stdin_open: true\ntty: true', { stdinOpen: true, tty: true }],
    ['stop', 'stop_grace_period: 1m\nstop_signal: SIGINT', { stopGraceMs: 60_000, stopSignal: 'SIGINT' }],
    ['sysctls', 'sysctls: { net.core.somaxconn: 1024 }', { sysctls: { 'net.core.somaxconn': '1024' } }],
    [
      'tmpfs',
      'tmpfs: [/run, "/tmp:size=64m"]',
      {
        mounts: [
          { type: 'tmpfs', target: '/run', options: '' },
          { type: 'tmpfs', target: '/tmp', options: 'size=64m' },
        ],
      },
    ],
    [
      'ulimits',
      'ulimits: { nofile: 100, nproc: { soft: 1, hard: 2 } }',
      {
        ulimits: [
          { name: 'nofile', soft: 100, hard: 100 },
          { name: 'nproc', soft: 1, hard: 2 },
        ],
      },
    ],
    ['user, working_dir', 'user: "1:2"\nworking_dir: /x', { user: '1:2', workingDir: '/x' }],
    [
      'volumes',
      'volumes: ["/etc/ssl:/ssl:ro", { type: tmpfs, target: /t, tmpfs: { size: 10m } }]',
      {
        mounts: [
          { type: 'bind', source: '/etc/ssl', target: '/ssl', readOnly: true },
          { type: 'tmpfs', target: '/t', sizeBytes: 10_485_760 },
        ],
      },
    ],
    ['pull_policy', 'pull_policy: always', {}],
  ];
  test('carried: what the engine is told', async () => {
    const { text } = oneFile(CARRIED.map(([, lines]) => ['image: a', lines]));
    const { draft, problems } = await read(text);
    expect(problems).toEqual([]);
    const containers = new Map(draft?.environments[0]?.services.map(({ name, container }) => [name, container]));
    const had = CARRIED.map(([key], row) => ({ key, container: containers.get(`${NAME}${row}`) }));
    expect(had).toEqual(CARRIED.map(([key, , spec]) => ({ key, container: { ...EMPTY, ...spec } })));
  });

  const REFUSED: [key: string, lines: string, problem: string][] = [
    [
      'ipc',
      'ipc: host',
      'docker-compose.yml:4:10 services.web.ipc: is host, where the old and the new instance would conflict.',
    ],
    [
      'ipc of another',
      'ipc: service:other',
      "docker-compose.yml:4:10 services.web.ipc: is service:other: it would share another container's namespace",
    ],
    [
      'deploy.mode',
      'deploy: { mode: global-job }',
      'docker-compose.yml:4:21 services.web.deploy.mode: is global-job. Expected replicated or global; hosts and replicas determine the number of instances.',
    ],
    [
      'external_links',
      'external_links: [db]',
      'docker-compose.yml:4:5 services.web.external_links: cannot be released: releases cannot reach containers outside windlass.',
    ],
    [
      'ipv4_address',
      'networks: { default: { ipv4_address: 10.0.0.3 } }\ndns: [10.0.0.3]',
      'docker-compose.yml:4:42 services.web.networks.default.ipv4_address: is 10.0.0.3, which web has under dns, where no name can stand',
    ],
    [
      'mac_address',
      'mac_address: 02:42:ac:11:00:03',
      'docker-compose.yml:4:18 services.web.mac_address: cannot be released: two instances run at the same time',
    ],
    [
      'network_mode',
      'network_mode: host',
      'docker-compose.yml:4:19 services.web.network_mode: is host, where the old and the new instance would conflict. Write strategy: recreate',
    ],
    ['replicas: 0', 'scale: 0', 'docker-compose.yml:2:3 services.web: has no instance (replicas: 0).'],
    [
      'a file over what is mounted',
      'volumes: ["./a.txt:/run/a.txt"]\ntmpfs: [/run]',
      'docker-compose.yml:2:3 services.web: places a.txt at /run/a.txt, inside the mount on /run, which would hide',
    ],
    [
      'a file in what cannot be written',
      'volumes: ["./a.txt:/a.txt"]\nread_only: true',
      'docker-compose.yml:5:16 services.web.read_only: makes it impossible to copy /a.txt',
    ],
    [
      'a project folder',
      'volumes: ["./many:/app"]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts ./many, a folder with more than the 100 files or 4 MB a release carries. Copy it into the image',
    ],
    [
      'a file above',
      'volumes: ["../web:/app"]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts ../web, which is outside the repository',
    ],
    [
      'a file that is not there',
      'volumes: ["./data:/data"]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts ./data, which is not in the commit: compose would create a folder.',
    ],
    [
      'a file that is too large',
      'volumes: ["./large:/large"]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts ./large, which has 1048577 bytes. A release carries files of up to 1 MB.',
    ],
    [
      'a home folder',
      'volumes: ["~/.ssh:/ssh"]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts ~/.ssh, which differs between users.',
    ],
    [
      'a nameless volume',
      'volumes: [/data]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts a volume without a name on /data',
    ],
    [
      'an image',
      'volumes: [{ type: image, source: x, target: /y }]',
      'docker-compose.yml:4:15 services.web.volumes[0]: mounts the image x on /y, which hosts need not be able to do',
    ],
  ];
  test('refused: all at once, each with its line', async () => {
    const { text, starts } = oneFile(REFUSED.map(([, lines]) => ['image: a', lines]));
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`many/${n}`, `${n}`]));
    const files = { 'a.txt': 'a', ...many, large: 'a'.repeat(1024 * 1024 + 1) };
    const reading = await read(text, files);
    expect(REFUSED.map((_, row) => saidOf(reading, starts, row))).toEqual(
      REFUSED.map(([, , problem]) => [expect.stringContaining(problem)]),
    );
  });

  const BUILDS: [name: string, build: string, problem: string][] = [
    [
      'a URL',
      'context: "https://example.com/a.git#main"',
      'docker-compose.yml:4:16 services.web.build.context: is https://example.com/a.git#main, which is not in the commit.',
    ],
    [
      'a context above',
      'context: ../web',
      'docker-compose.yml:4:16 services.web.build.context: is ../web, which is not in the commit. Write a folder in the repository.',
    ],
    [
      'a dockerfile above',
      'dockerfile: ../Dockerfile',
      'docker-compose.yml:4:19 services.web.build.dockerfile: is ../Dockerfile, which is outside the context.',
    ],
    [
      'secrets',
      'secrets: [c]',
      'docker-compose.yml:4:7 services.web.build.secrets: needs the buildx client, which the worker does not have. Install it',
    ],
    ['ssh', 'ssh: [default]', 'docker-compose.yml:4:7 services.web.build.ssh: needs the buildx client'],
    [
      'additional_contexts',
      'additional_contexts: { a: ./b }',
      'docker-compose.yml:4:7 services.web.build.additional_contexts: needs the buildx client',
    ],
    ['cache_from', 'cache_from: [a]', 'docker-compose.yml:4:7 services.web.build.cache_from: needs the buildx client'],
    [
      'platforms',
      'platforms: [linux/amd64, linux/arm64]',
      'docker-compose.yml:4:7 services.web.build.platforms: are linux/amd64, linux/arm64.',
    ],
    [
      'a secret',
      'args: { A: "${TOKEN}" }',
      'docker-compose.yml:4:18 services.web.build.args.A: passes secret TOKEN to the build',
    ],
  ];
  test('refused in a build', async () => {
    const { text, starts } = oneFile(BUILDS.map(([, build]) => ['build:', `  ${build}`]));
    const reading = await read(text);
    expect(BUILDS.map((_, row) => saidOf(reading, starts, row))).toEqual(
      BUILDS.map(([, , problem]) => [expect.stringContaining(problem)]),
    );
  });

  test.each<[name: string, text: string, problems: string[]]>([
    [
      'no YAML',
      'services: {web: {image: [}',
      ['docker-compose.yml:1:26: is not YAML: Flow sequence in block collection must be'],
    ],
    [
      'an unknown key',
      webWith('imagee: a'),
      ['docker-compose.yml:4:13 services.web.imagee: is not a compose key. Check its spelling and its place.'],
    ],
    [
      'a missing dependency',
      webWith('depends_on: [db]'),
      ['docker-compose.yml:2:3 services.web: docker compose says: service "web" depends on undefined service "db"'],
    ],
    [
      'a cycle',
      'services: { web: { image: a, depends_on: [b] }, b: { image: a, depends_on: [web] } }',
      ['docker-compose.yml: docker compose says: dependency cycle detected'],
    ],
    [
      'an included file',
      'include: [other.yml]\nservices: { web: { image: a } }',
      ['docker-compose.yml: docker compose says: open other.yml: no such file or directory'],
    ],
    [
      'a remote file',
      'include: ["https://example.com/a.git"]\nservices: { web: { image: a } }',
      ['docker-compose.yml:1:11 include[0]: is https://example.com/a.git, which is on another machine.'],
    ],
    [
      'variables that are not set',
      'services:\n  web:\n    image: ${REPO?}/web:${TAG}\n    user: ${UID_OF:?who}\n',
      [
        'docker-compose.yml:3:12: ${REPO} is not set.',
        'docker-compose.yml:3:25: ${TAG} is not set.',
        'docker-compose.yml:4:11: ${UID_OF} is not set (who).',
      ],
    ],
    [
      'a key by its path',
      'services: { web: { build: { context: ., ssh: ["default=~/.ssh/id"] } } }',
      ['docker-compose.yml: build.ssh names a key by a path'],
    ],
    [
      'an env file outside',
      webWith('env_file: [/etc/hosts]'),
      ['docker-compose.yml:4:16 services.web.env_file[0]: is /etc/hosts, which is outside the repository.'],
    ],
    [
      'an env file that is not there',
      webWith('env_file: prod.env'),
      ['docker-compose.yml:4:5 services.web.env_file[0]: is prod.env, which is not in the commit.'],
    ],
    [
      'networks',
      `${webWith('networks: [a]')}networks: { a: { driver: overlay, ipam: { config: [{ subnet: 10.0.0.0/24 }] } } }`,
      ['docker-compose.yml:5:26 networks.a.driver: is overlay.'],
    ],
    [
      'ports without route',
      `${webWith('ports: ["80"]')}  api: { image: a, ports: ["3000:3000"] }\n`,
      [
        'docker-compose.yml:5:20 services.api.ports: publishes 3000 on the host, which the old and the new instance of api cannot share.',
      ],
    ],
    [
      'a volume of a released service',
      'services: { web: { build: ., volumes: ["data:/data"] } }\nvolumes: { data: }',
      [
        'docker-compose.yml:1:40 services.web.volumes[0]: mounts the volume data, which the old and the new instance would share',
      ],
    ],
  ])('told with the line: %s', async (_, text, problems) => {
    expect(await problemsOf(text)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });

  test('defaults, alternatives and what is required keep their meaning', async () => {
    const { draft, problems } = await read(
      'services:\n  web:\n    image: "nginx:${TAG:-1}${X:+x}${Y-}"\n    environment: { T: "${TOKEN:?needed}", U: "${TOKEN:+set}" }\n',
    );
    expect(problems).toEqual([]);
    expect(draft?.images).toEqual({ web: 'nginx:1' });
    expect(draft?.environments[0]?.services[0]?.container.environment).toEqual({ T: '{{secret:TOKEN}}', U: 'set' });
  });

  test('nothing of the environment of the worker leaks in', async () => {
    process.env['LEAKS'] = 'yes';
    const problems = await problemsOf(webWith('environment: { A: "${LEAKS}", LEAKS: , B: "${HOME}" }'));
    delete process.env['LEAKS'];
    expect(problems).toEqual([
      expect.stringMatching(/^docker-compose.yml:4:\d+: \$\{LEAKS\} is not set/),
      expect.stringMatching(/services.web.environment.B: contains \$\{HOME\}, which differs between users/),
    ]);
  });

  test('.env and env files of the commit are honoured; what the manifest and environment say goes first', async () => {
    const { draft, problems } = await read(
      webWith(
        'env_file: [one.env, { path: none.env, required: false }, two.env]\nenvironment: { C: c, TAG: "${TAG}", TOKEN: }',
      ),
      {
        '.env': 'TAG=7\n',
        'one.env': 'A=one\nB=one\nC=one\n',
        'two.env': 'B="two ${TAG}"\n',
      },
    );
    expect(problems).toEqual([]);
    expect(draft?.environments[0]?.services[0]?.container.environment).toEqual({
      A: 'one',
      B: 'two 7',
      C: 'c',
      TAG: '7',
      TOKEN: '{{secret:TOKEN}}',
    });
  });

  test('accessories keep their ports, get their volume and a further name', async () => {
    const { draft, problems, warnings } = await read(
      `${webWith('depends_on: { db: { condition: service_healthy } }')}  db:\n    image: postgres:16\n    container_name: pg\n    ports: ["127.0.0.1:5433:5432"]\n    volumes: ["data:/var/lib/postgresql/data"]\n    healthcheck: { test: [CMD, pg_isready] }\nvolumes: { data: , old: { external: true, name: legacy } }\n`,
    );
    expect(problems).toEqual([]);
    expect(draft?.environments[0]?.services.map(({ name, kind, networks }) => ({ name, kind, networks }))).toEqual([
      { name: 'db', kind: 'accessory', networks: [{ network: 'default', aliases: ['pg'] }] },
      { name: 'web', kind: 'released', networks: [{ network: 'default', aliases: [] }] },
    ]);
    expect(draft?.environments[0]?.services[0]?.container.ports).toEqual([
      { container: 5432, host: '5433', ip: '127.0.0.1', protocol: 'tcp' },
    ]);
    expect(draft?.environments[0]?.volumes).toEqual([{ name: 'data' }]);
    expect(warnings).toEqual([
      expect.stringContaining(
        'docker-compose.yml:7:21 services.db.container_name: pg stays a name by which other services call db',
      ),
    ]);
  });

  test('a container_name and links with another name are names to call a service by; a fixed address is left out', async () => {
    const { draft, problems, warnings } = await read(
      `${webWith('container_name: web1\nlinks: ["db:mysql"]\nnetworks: { default: { ipv4_address: 10.0.0.3 } }')}  db: { image: a, container_name: db }\nnetworks: { default: { ipam: { config: [{ subnet: 10.0.0.0/24 }] } } }\n`,
    );
    expect(problems).toEqual([]);
    expect(draft?.environments[0]?.services.map(({ name, networks }) => [name, networks[0]?.aliases])).toEqual([
      ['db', ['mysql']],
      ['web', ['web1']],
    ]);
    expect(warnings).toEqual([
      expect.stringContaining('services.web.container_name: web1 stays a name by which other services call web'),
      expect.stringContaining(
        'services.web.networks.default.ipv4_address: is left out: the engine assigns the address',
      ),
      expect.stringContaining('networks.default.ipam: is left out'),
    ]);
  });

  test('a folder of the project is one by whatever words: ${PWD}, or a volume that is its device', async () => {
    const manifest = `${MANIFEST}    strategy: recreate\nfolders: { ./data: shop-data, ./more: /srv/more, ~/mail: /srv/mail }\nservices: { web: { accessory: false, volumes: { shop-data: exclusive, /srv/mail: exclusive } } }\n`;
    const { draft, problems } = await readFiles({
      'windlass.yaml': manifest,
      'docker-compose.yml': `include: [sub/a.yml]\n${webWith('volumes: ["${PWD}/data:/data", "$PWD/conf:/etc/app", "more:/more", "mail:/mail"]')}volumes:
  more: { driver: local, driver_opts: { type: none, o: "bind,ro", device: "\${PWD}/more" } }
  mail: { driver_opts: { o: bind, device: ~/mail } }
  host: { driver_opts: { o: bind, device: /srv/host } }
`,
      'sub/a.yml': 'services: { api: { image: b, volumes: ["${PWD}/data:/data:ro", "host:/host:ro"] } }\n',
      'conf/a.conf': 'a',
    });
    expect(problems.map(describeProblem)).toEqual([]);
    const [api, web] = draft!.environments[0]!.services;
    expect(api?.container.mounts).toEqual([
      { type: 'volume', volume: 'shop-data', target: '/data', readOnly: true },
      { type: 'volume', volume: 'host', target: '/host', readOnly: true },
    ]);
    expect(web?.container.mounts).toEqual([
      { type: 'volume', volume: 'shop-data', target: '/data' },
      { type: 'bind', source: '/srv/more', target: '/more', readOnly: true },
      { type: 'bind', source: '/srv/mail', target: '/mail' },
    ]);
    expect(web?.container.files?.map(({ from }) => from)).toEqual(['conf/a.conf']);
    expect(draft?.environments[0]?.volumes.map(({ name }) => name)).toEqual(['host', 'shop-data']);
  });

  test('a part of a folder of data is with the whole: below its path of the host, or refused where that is a volume', async () => {
    const compose = `${webWith('volumes: ["./data:/data", "./data/conf:/conf"]')}  backup: { image: b, volumes: ["./data/uploads:/from"] }\n`;
    const reading = (place: string) =>
      readFiles({
        'windlass.yaml': `${MANIFEST}    strategy: recreate\nfolders: { ./data/: ${place} }\nservices: { web: { accessory: false, volumes: { ${place}: exclusive } } }\n`,
        'docker-compose.yml': compose,
        'data/conf/a.conf': 'a',
      });
    const { draft } = await reading('/srv/data');
    expect(draft?.environments[0]?.services.map(({ container: { mounts } }) => mounts)).toEqual([
      [{ type: 'bind', source: '/srv/data/uploads', target: '/from' }],
      [{ type: 'bind', source: '/srv/data', target: '/data' }],
    ]);
    expect((await reading('data')).problems.map(describeProblem)).toEqual([
      expect.stringContaining(
        'services.backup.volumes[0]: mounts ./data/uploads, a part of data, declared as volume data under folders in windlass.yaml',
      ),
    ]);
  });

  test('${HOME} before a path is ~, which the manifest settles', async () => {
    const { draft, problems } = await readFiles({
      'windlass.yaml': `${MANIFEST}    strategy: recreate\nfolders: { ~/photos: /srv/photos }\nservices: { web: { accessory: false, volumes: { /srv/photos: exclusive } } }\n`,
      'docker-compose.yml': webWith('volumes: ["$HOME/photos:/photos"]'),
    });
    expect(problems.map(describeProblem)).toEqual([]);
    expect(draft?.environments[0]?.services[0]?.container.mounts).toMatchObject([
      { type: 'bind', source: '/srv/photos' },
    ]);
  });

  test('${PWD} is refused where it would be a value, and a device of the project that nobody settles', async () => {
    const lines = 'environment: { ROOT: "${PWD}", HERE: "${HOME}" }\nvolumes: ["data:/data"]';
    const volumes = 'volumes: { data: { driver_opts: { type: none, o: bind, device: ./data } } }\n';
    expect(await problemsOf(`${webWith(lines)}${volumes}`)).toEqual([
      expect.stringContaining('services.web.environment.ROOT: contains ${PWD}, which differs between machines'),
      expect.stringContaining('services.web.environment.HERE: contains ${HOME}, which differs between users'),
      expect.stringContaining('services.web.volumes[0]: mounts ./data, which is not in the commit'),
    ]);
  });

  test('a folder of configuration becomes part of the release, one of data is what the manifest says, sources are left out', async () => {
    const manifest = `${MANIFEST}    strategy: recreate\nfolders: { ./data: shop-data, ~/mail: /srv/mail }\nservices: { web: { accessory: false, volumes: { shop-data: exclusive } } }\n`;
    const { draft, problems, warnings } = await readFiles({
      'windlass.yaml': manifest,
      'docker-compose.yml': `${webWith('volumes: ["./conf:/etc/app/", "./data/:/data", "~/mail:/mail:ro"]')}  api: { build: { context: ./api }, volumes: ["./api:/code", "./api/src:/app/src", "/code/node_modules"] }\n`,
      'conf/a.conf': 'a',
      'conf/sub/b.conf': 'b',
      'api/Dockerfile': 'FROM scratch',
      'api/src/a.js': '1',
      'data/.gitkeep': '',
    });
    expect(problems).toEqual([]);
    const [api, web] = draft!.environments[0]!.services;
    expect(web?.container.files?.map(({ target, from }) => [target, from])).toEqual([
      ['/etc/app/a.conf', 'conf/a.conf'],
      ['/etc/app/sub/b.conf', 'conf/sub/b.conf'],
    ]);
    expect(web?.container.mounts).toEqual([
      { type: 'volume', volume: 'shop-data', target: '/data' },
      { type: 'bind', source: '/srv/mail', target: '/mail', readOnly: true },
    ]);
    expect(draft?.environments[0]?.volumes).toEqual([{ name: 'shop-data' }]);
    expect(api?.container.mounts).toEqual([]);
    expect(warnings.filter((warning) => warning.includes('services.api'))).toEqual([
      expect.stringContaining("services.api.volumes[0]: mounts ./api, the image's source code, on /code"),
      expect.stringContaining('services.api.volumes[1]: mounts ./api/src, the image'),
    ]);
  });

  test("env files that are not in the commit are the worker's; what is merged after them goes first", async () => {
    const { draft, problems } = await readFiles({
      'windlass.yaml': `${MANIFEST}    variables: { GREETING: hello }\n    envFiles:\n      .env: { file: /etc/shop/staging.env, entries: [GREETING, PASSWORD, PORT] }\n      api.env: { file: /etc/shop/api.env, entries: [KEY, A] }\n`,
      'docker-compose.yml': webWith(
        'env_file: [.env, api.env, committed.env]\nenvironment: { PORT: "80", URL: "x:${PASSWORD}" }',
      ),
      'committed.env': 'A=1\nB=2\n',
    });
    expect(problems).toEqual([]);
    const [environment] = draft!.environments;
    expect(environment?.services[0]?.container.environment).toEqual({
      A: '1',
      B: '2',
      GREETING: 'hello',
      KEY: '{{secret:api.env:KEY}}',
      PASSWORD: '{{secret:PASSWORD}}',
      PORT: '80',
      URL: 'x:{{secret:PASSWORD}}',
    });
    expect(environment?.secrets).toMatchObject({
      PASSWORD: { entry: ['/etc/shop/staging.env', 'PASSWORD'] },
      'api.env:KEY': { entry: ['/etc/shop/api.env', 'KEY'] },
    });
  });

  test('the network of the host is carried where no two instances meet in it; the bridge of the engine is left out', async () => {
    const compose = 'services:\n  web: { image: a, network_mode: bridge }\n  home: { image: a, network_mode: host }\n';
    const { draft, problems } = await readFiles({
      'windlass.yaml': `${MANIFEST}    strategy: recreate\n`,
      'docker-compose.yml': compose,
    });
    expect(problems).toEqual([]);
    const [home, web] = draft!.environments[0]!.services;
    expect([home?.container.networkMode, home?.networks]).toEqual(['host', []]);
    expect([web?.container.networkMode, web?.networks]).toEqual([undefined, [{ network: 'default', aliases: [] }]]);
    expect(await problemsOf(compose.replace('bridge', 'host'))).toEqual([
      expect.stringContaining('services.web.network_mode: is host, where the proxy cannot find the service'),
      expect.stringContaining('services.home.network_mode: is host, where the old and the new instance would conflict'),
    ]);
  });

  test('a service whose profile is not chosen is told and left out; COMPOSE_PROFILES chooses', async () => {
    const compose = `${webWith('init: true')}  tools:\n    image: a\n    profiles: [debug]\n`;
    const without = await read(compose);
    expect(without.draft?.images).toEqual({ web: 'nginx:1' });
    expect(without.warnings).toEqual([
      expect.stringMatching(/^docker-compose.yml:7:5 services.tools.profiles: exclude tools from releases/),
    ]);
    const manifest = MANIFEST.replace('    routes', '    variables: { COMPOSE_PROFILES: debug }\n    routes');
    const chosen = await readFiles({ 'docker-compose.yml': compose, 'windlass.yaml': manifest });
    expect(chosen.draft?.images).toEqual({ tools: 'a', web: 'nginx:1' });
  });

  test('what has no effect is told', async () => {
    const { warnings } = await read(
      webWith(
        'deploy: { update_config: { parallelism: 2 }, resources: { reservations: { memory: 10M, cpus: "0.1" } } }\ndevelop: { watch: [{ path: ., action: rebuild }] }',
      ),
    );
    expect(warnings).toEqual([
      'docker-compose.yml:5:5 services.web.develop: is for `docker compose watch`; ignored.',
      "docker-compose.yml:4:15 services.web.deploy.update_config: is for Swarm; the environment's strategy decides.",
      'docker-compose.yml:4:98 services.web.deploy.resources.reservations.cpus: has no effect: a single engine only has CPU limits.',
    ]);
  });

  test('networks: internal kept, external joined as they are, in order of name', async () => {
    const { draft, warnings } = await read(
      `${webWith('networks: { z: , a: { aliases: [front] } }')}networks: { a: { internal: true }, z: { external: true, name: shared } }\n`,
    );
    expect(draft?.environments[0]?.networks).toEqual([
      { name: 'a', internal: true },
      { name: 'z', external: 'shared' },
    ]);
    expect(warnings).toEqual([
      'docker-compose.yml:5:51 networks.z.external: is joined by two releases at once: a name that both use there leads to either of them.',
    ]);
    expect(draft?.environments[0]?.services[0]?.networks).toEqual([
      { network: 'a', aliases: ['front'] },
      { network: 'z', aliases: [] },
    ]);
  });

  test('included and extended files of the commit are read from where they lie', async () => {
    const { draft, problems } = await read(
      'include: [inc/c.yml]\nservices:\n  web:\n    extends: { file: inc/base.yml, service: base }\n    build: { args: { A: 1 } }\n',
      {
        'inc/base.yml': 'services: { base: { build: ./web, init: true } }\n',
        'inc/c.yml': 'services: { api: { build: { context: ./api, dockerfile: prod.Dockerfile } } }\n',
        'inc/web/Dockerfile': 'FROM scratch',
        'inc/api/prod.Dockerfile': 'FROM scratch',
      },
    );
    expect(problems).toEqual([]);
    expect(draft?.builds).toEqual([
      { service: 'api', context: 'inc/api', dockerfile: 'prod.Dockerfile', args: {}, labels: {} },
      { service: 'web', context: 'inc/web', dockerfile: 'Dockerfile', args: { A: '1' }, labels: {} },
    ]);
  });
});

describeWith(['compose'], 'names that every object of JavaScript has', () => {
  const NAMES = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];
  const everywhere = (name: string) => `services:
  ${name}:
    build: .
    networks: [${name}]
    volumes: ['${name}:/x']
    configs: [${name}]
    environment: ["${name}=a"]
    labels: { ${name}: b }
  web: { image: a, depends_on: [${name}], volumes: ['${name}:/y'] }
networks: { ${name}: {} }
volumes: { ${name}: {} }
configs: { ${name}: { content: x } }
`;
  const RESERVED = 'is a reserved name. Choose another one.';

  test.each(NAMES)('are refused with their place in compose files: %s', async (name) => {
    const said = await problemsOf(everywhere(name), { Dockerfile: 'FROM scratch' });
    expect(said.length).toBeGreaterThan(0);
    for (const problem of said) expect(problem).toContain(name === '__proto__' ? 'docker-compose.yml' : RESERVED);
  });

  test.each(NAMES.slice(0, 3))('are refused in the manifest, and name nothing that is not there: %s', async (name) => {
    const manifest = (services: string, route: string) => `app: shop
services: { ${services}: { drain: 1s } }
environments:
  staging:
    hosts: [local]
    secrets: { TOKEN: { env: SHOP_TOKEN } }
    routes: [{ service: ${route}, host: shop.example.com, port: 80 }]
    verify: [{ run: { service: ${route}, command: [x] } }]
`;
    const compose = { 'docker-compose.yml': 'services: { web: { image: a } }\n' };
    const said = async (text: string) =>
      (await readFiles({ 'windlass.yaml': text, ...compose })).problems.map(describeProblem).join('\n');
    expect(await said(manifest(name, 'web'))).toContain(`services.${name}: ${RESERVED}`);
    expect(await said(manifest('web', name))).toContain('environments.staging.routes[0].service');
  });
});
