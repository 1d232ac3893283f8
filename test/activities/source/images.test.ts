import { readManifest } from '../../../activities/source/read-manifest';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith } from '../../setup/parts';
import { folderWith, MANIFEST, settings } from './fixture';

const read = (compose: string, files: Record<string, string> = {}, given: string[] = []) =>
  readManifest(folderWith({ 'windlass.yaml': MANIFEST, 'docker-compose.yml': compose, ...files }), settings(), {
    given,
  });
const problemsOf = async (compose: string, files?: Record<string, string>, given?: string[]) =>
  (await read(compose, files, given)).problems.map(describeProblem);

describeWith(['compose'], 'an image that another service of the file builds', () => {
  test.each([
    ['its whole name', 'registry.example.com/team/app:1', 'registry.example.com/team/app:1'],
    ['no tag', 'registry.example.com/team/app:latest', 'registry.example.com/team/app'],
    ['a bare name', 'app', 'app:latest'],
    ['a bare name, and where it is kept', 'team/app', 'docker.io/team/app'],
    ['a name of the library', 'app', 'docker.io/library/app:latest'],
    ["compose's own name", undefined, 'shop-web'],
    ["compose's own name there", undefined, 'shop-staging-web'],
    ["compose's own name of before", undefined, 'shop_web:latest'],
  ])('is its artifact: %s', async (_, image, name) => {
    const web = image ? `{ build: ., image: "${image}" }` : '{ build: . }';
    const { draft, problems } = await read(`services:\n  web: ${web}\n  admin: { image: "${name}" }\n`);
    expect(problems).toEqual([]);
    expect(draft).toMatchObject({ images: {}, shared: { admin: 'web' } });
    expect(draft?.builds.map(({ service }) => service)).toEqual(['web']);
  });

  test.each([
    ['another tag', 'registry.example.com/team/app:2'],
    ['a digest', `registry.example.com/team/app@sha256:${'1'.repeat(64)}`],
    ['another registry', 'other.example.com/team/app:1'],
  ])('is another one with %s', async (_, name) => {
    const { draft } = await read(
      `services:\n  web: { build: ., image: "registry.example.com/team/app:1" }\n  admin: { image: "${name}" }\n`,
    );
    expect(draft?.images).toEqual({ admin: name });
  });

  test('is its artifact by a further tag of the build, too', async () => {
    const { draft } = await read(
      'services:\n  web: { build: { context: ., tags: [team/app:2] }, image: app }\n  admin: { image: "team/app:2" }\n',
    );
    expect(draft).toMatchObject({ images: {}, shared: { admin: 'web' } });
  });

  test('keeps no data for that, is built as its own, and may be given', async () => {
    const compose =
      'services:\n  web: { build: ., image: app }\n  admin: { image: app, volumes: ["up:/up"] }\nvolumes: { up: }\n';
    const manifest = `${MANIFEST}services: { admin: { volumes: { up: shared } } }\n`;
    const { draft, problems } = await read(compose, { 'windlass.yaml': manifest }, ['web']);
    expect(problems).toEqual([]);
    expect(draft?.environments[0]?.services.map(({ kind }) => kind)).toEqual(['released', 'released']);
  });

  test('is refused by name where it cannot be told which', async () => {
    expect(await problemsOf('services:\n  web: { build: . }\n  admin: { image: my-laptop-web }\n')).toEqual([
      "docker-compose.yml:3:19 services.admin.image: is my-laptop-web, the name compose gives to web's image in some folder. " +
        'Write image: NAME next to build: of web, and the same here; the public image is docker.io/library/my-laptop-web.',
    ]);
    expect(
      await problemsOf(
        'services:\n  web: { build: ., image: app }\n  api: { build: ./api, image: app }\n  admin: { image: app }\n',
        { 'api/Dockerfile': 'FROM scratch' },
      ),
    ).toEqual([expect.stringContaining('services.admin.image: is app, which both api and web build.')]);
  });
});

describeWith(['compose'], 'an image that a service of an inactive profile builds', () => {
  const idle = (image: string) => `  tool: { build: ., image: "${image}", profiles: [tools] }\n`;

  test('is never asked of a public registry', async () => {
    const compose = (name: string) => `services:\n${idle('team/app')}  web: { image: "${name}" }\n`;
    expect(await problemsOf(compose('team/app:latest'))).toEqual([
      expect.stringContaining(
        'services.web.image: is team/app:latest, the image of tool, which is not built because its profile is not active',
      ),
    ]);
    expect(await problemsOf(compose('team/app'), {}, ['web'])).toEqual([]);
    expect(await problemsOf(compose('docker.io/team/app'))).toEqual([]);
    const active = { 'windlass.yaml': `${MANIFEST}    variables: { COMPOSE_PROFILES: tools }\n` };
    expect((await read(compose('team/app'), active)).draft).toMatchObject({ shared: { web: 'tool' } });
  });

  test('is no base of a Dockerfile either, unless a registry has it', async () => {
    const compose = (name: string) => `services:\n${idle(name)}  web: { build: ./web }\n`;
    const from = (name: string) => problemsOf(compose(name), { 'web/Dockerfile': `FROM ${name}` });
    expect(await from('team/base')).toEqual([expect.stringContaining('the image of service tool')]);
    expect(await from('registry.example.com/team/base')).toEqual([]);
  });
});

describeWith(['compose'], 'what a Dockerfile begins from', () => {
  const compose = (args = '') =>
    `services:\n  base: { build: ./base, image: team/base }\n  web: { build: { context: ./web${args} } }\n`;
  const problemsWith = (dockerfile: string, args?: string) =>
    problemsOf(compose(args), { 'web/Dockerfile': dockerfile, 'base/Dockerfile': 'FROM scratch' });

  test.each([
    ['FROM', 'FROM team/base'],
    ['FROM with platform and stage', 'FROM --platform=$BUILDPLATFORM docker.io/team/base:latest AS one\nFROM one'],
    ['FROM of an argument', 'ARG FOR=team\nARG BASE=${FOR}/base\nFROM $BASE'],
    ['FROM of an argument with another default', 'ARG BASE\nFROM ${BASE:-team/base}'],
    ['a second stage', 'FROM scratch AS one\nfrom team/base:latest'],
    ['COPY', 'FROM scratch\nCOPY --chown=1 --from=team/base /a /a'],
    ['RUN', 'FROM scratch\nRUN --mount=type=bind,from=team/base,target=/b \\\n  true'],
    ["compose's own name", 'FROM shop-base'],
  ])('is refused by name where another service builds it: %s', async (what, dockerfile) => {
    const text = what === "compose's own name" ? compose().replace(', image: team/base', '') : compose();
    expect(await problemsOf(text, { 'web/Dockerfile': dockerfile, 'base/Dockerfile': 'FROM scratch' })).toEqual([
      expect.stringMatching(
        /^docker-compose\.yml:3:\d+ services\.web\.build: is based on \S+ in web\/Dockerfile:\d, the image of service base/,
      ),
    ]);
  });

  test('is seen with the arguments of the build', async () => {
    expect(await problemsWith('ARG BASE=scratch\nFROM $BASE', ', args: { BASE: team/base }')).toHaveLength(1);
    expect(await problemsWith('ARG BASE=team/base\nFROM $BASE', ', args: { BASE: scratch }')).toEqual([]);
  });

  test.each([
    ['a stage of that name', 'FROM scratch AS team\nFROM team'],
    ['another tag', 'FROM team/base:1'],
    ['a comment', 'FROM scratch\n# FROM team/base\n'],
    ['the text of a script', 'FROM scratch\nRUN <<EOF\nFROM team/base\nEOF\n'],
  ])('is fine with %s', async (_, dockerfile) => {
    expect(await problemsWith(dockerfile)).toEqual([]);
  });

  test('is refused as a further context, where buildx would have it', async () => {
    const dir = folderWith({
      'windlass.yaml': MANIFEST,
      'docker-compose.yml': compose(', additional_contexts: { b: "service:base" }'),
      'web/Dockerfile': 'FROM b',
      'base/Dockerfile': 'FROM scratch',
    });
    const { problems } = await readManifest(dir, { ...settings(), buildxCommand: ['true'] });
    expect(problems.map(describeProblem)).toEqual([
      expect.stringMatching(
        /services\.web\.build\.additional_contexts\.b: is service:base, but windlass does not build services in sequence/,
      ),
    ]);
  });
});

describeWith(['compose'], 'a file that Git LFS has taken away', () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`;
  const files = { 'web/Dockerfile': 'FROM scratch', 'web/model.bin': POINTER, 'docs/film.mp4': POINTER };
  const TEXT =
    'web/model.bin: is in Git LFS, which windlass does not fetch: the release would contain only the pointer. ' +
    'Commit the file itself, ignore it in .dockerignore, or build in CI and pass the image: --image.';
  const PLACED = TEXT.replace('web/model.bin', 'docs/film.mp4')
    .replace(
      'ignore it in .dockerignore, or build in CI and pass the image',
      'or copy it into the image in CI and pass that',
    )
    .replace('itself, or', 'itself, or');
  const plain = 'services:\n  web: { build: ./web }\n';

  test('is refused by its path where it would be in an image', async () => {
    expect(await problemsOf(plain, files)).toEqual([TEXT]);
  });

  test('is refused where git-crypt has encrypted it, too', async () => {
    const encrypted = { 'web/Dockerfile': 'FROM scratch', 'web/.env': `\0GITCRYPT\0${'x'.repeat(2_000)}` };
    expect(await problemsOf(plain, encrypted)).toEqual([
      expect.stringMatching(/^web\/\.env: is encrypted by git-crypt, which windlass does not undo/),
    ]);
  });

  test('does not matter where it goes nowhere', async () => {
    expect(await problemsOf(plain, { ...files, 'web/.dockerignore': '*.bin' })).toEqual([]);
    expect(await problemsOf(plain, files, ['web'])).toEqual([]);
    expect(await problemsOf(plain, { ...files, 'web/model.bin': `a text\n${POINTER}` })).toEqual([]);
  });

  test('is refused where it would be placed in a container', async () => {
    const placed = 'services:\n  web: { image: nginx, volumes: ["./docs/film.mp4:/film.mp4"] }\n';
    expect(await problemsOf(placed, files)).toEqual([PLACED]);
  });
});

describeWith(['compose'], 'where a variable is that is not set', () => {
  const unset = 'is not set. Declare';
  test.each([
    [
      'not an escaped one',
      'services:\n  a: { image: x, command: "echo $$b $${b} $$$$b" }\n  web: { image: y, command: "$b" }\n',
      {},
      'docker-compose.yml:3:30: ${b}',
    ],
    ['after an escaped one', 'services:\n  web: { image: y, command: "$$$b" }\n', {}, 'docker-compose.yml:2:32: ${b}'],
    ['not a comment', 'services:\n  # $b\n  web: { image: y, command: "$b" }\n', {}, 'docker-compose.yml:3:30: ${b}'],
    [
      'in an env file',
      'services:\n  a: { image: x, command: "$$b" }\n  web: { image: y, env_file: [conf/app.env] }\n',
      { 'conf/app.env': 'A=1\nPASSWORD=pa$b\n' },
      'conf/app.env:2:12: ${b}',
    ],
    [
      'in a file that is included',
      'include: [{ path: [more/db.yml] }]\nservices:\n  web: { image: y }\n',
      { 'more/db.yml': 'services:\n  db: { image: "x:$b" }\n' },
      'more/db.yml:2:19: ${b}',
    ],
    [
      'in a file that a service extends',
      'services:\n  web: { extends: { file: base.yml, service: web } }\n',
      { 'base.yml': 'services:\n  web: { image: "x:${b}" }\n' },
      'base.yml:2:20: ${b}',
    ],
  ])('%s', async (name, compose, files, place) => {
    const [problem, ...more] = await problemsOf(compose, files as Record<string, string>);
    expect(more).toEqual([]);
    expect(problem).toContain(`${place} ${unset}`);
    expect(problem?.includes('single quotes')).toBe(name === 'in an env file');
  });
});
