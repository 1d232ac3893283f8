import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readComposeFiles } from '../../../activities/drivers/compose';
import { whyNotConfined } from '../../../activities/drivers/programs/confine';
import { readFiles } from '../../../activities/source/read-files';
import { readManifest } from '../../../activities/source/read-manifest';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith, parts } from '../../setup/parts';
import { addFiles, folderWith, MANIFEST, settings } from '../source/fixture';

const CANARY = 'canary-of-the-worker';
/** A folder of the worker that no commit may see. */
const outside = () =>
  folderWith({ env: `CANARY=${CANARY}\n`, 'compose.yml': `services: { web: { image: ${CANARY} } }\n` });

type Links = Record<string, string>;
function commitWith(files: Record<string, string>, links: Links = {}): string {
  const dir = folderWith({ 'windlass.yaml': MANIFEST, ...files });
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    symlinkSync(target, join(dir, path));
  }
  return dir;
}

const SHOWS = 'services: { web: { image: a, environment: { C: "${CANARY:-}" } } }\n';
const labelled = (file: string) => `services: { web: { image: a, label_file: ${file} } }\n`;
const extending = (file: string) => `services: { web: { extends: { file: ${file}, service: web } } }\n`;

/** What each row would have compose read, and the place that is told. */
const WAYS: [name: string, compose: (out: string) => string, links: (out: string) => Links, place: string][] = [
  ['include, whole path', (out) => `include: [${out}/compose.yml]`, () => ({}), ':1:11 include[0]'],
  ['include as one text', (out) => `include: ${out}/compose.yml`, () => ({}), ':1:10 include'],
  ['include, upwards', () => 'include: [../../../../../../etc/x.yml]', () => ({}), ':1:11 include[0]'],
  [
    'include by a link',
    () => 'include: [{ path: a.yml }]',
    (out) => ({ 'a.yml': `${out}/compose.yml` }),
    ':1:19 include[0].path',
  ],
  [
    'the second path of an include',
    (out) => `include: [{ path: [docker-compose.yml, ${out}/compose.yml] }]`,
    () => ({}),
    ':1:40 include[0].path[1]',
  ],
  [
    'a project directory elsewhere',
    (out) => `include: [{ path: sub/a.yml, project_directory: ${out} }]`,
    () => ({}),
    ':1:49 include[0].project_directory',
  ],
  [
    'an env file of an include',
    (out) => `include: [{ path: sub/a.yml, env_file: ${out}/env }]\n`,
    () => ({}),
    ':1:40 include[0].env_file',
  ],
  [
    'env files of an include',
    (out) => `include: [{ path: sub/a.yml, env_file: [sub/e, ${out}/env] }]\n`,
    () => ({}),
    ':1:48 include[0].env_file[1]',
  ],
  [
    '/proc',
    () => `include: [{ path: sub/a.yml, env_file: /proc/${process.pid}/environ }]\n`,
    () => ({}),
    ':1:40 include[0].env_file',
  ],
  [
    'the .env of an include by a link',
    () => 'include: [sub/a.yml]',
    (out) => ({ 'sub/.env': `${out}/env` }),
    ':1:11 include[0]',
  ],
  ['extends, whole path', (out) => extending(`${out}/compose.yml`), () => ({}), ':1:37 services.web.extends.file'],
  [
    'extends by a folder that is a link',
    () => extending('d/compose.yml'),
    (out) => ({ d: out }),
    ':1:37 services.web.extends.file',
  ],
  [
    'env_file as one text',
    (out) => `services: { web: { image: a, env_file: ${out}/env } }`,
    () => ({}),
    ':1:40 services.web.env_file',
  ],
  [
    'env_file with path',
    (out) => `services: { web: { image: a, env_file: [{ path: ${out}/env, required: false }] } }`,
    () => ({}),
    ':1:49 services.web.env_file[0].path',
  ],
  [
    'env_file by a chain of links',
    () => 'services: { web: { image: a, env_file: a } }',
    (out) => ({ a: 'b', b: 'c/env', c: out }),
    ':1:40 services.web.env_file',
  ],
  ['label_file, whole path', (out) => labelled(`${out}/env`), () => ({}), ':1:42 services.web.label_file'],
  ['label_file in a list', (out) => labelled(`[${out}/env]`), () => ({}), ':1:43 services.web.label_file[0]'],
  ['label_file of a home', () => labelled('~/.docker/config.json'), () => ({}), ':1:42 services.web.label_file'],
  ['.env by a link', () => SHOWS, (out) => ({ '.env': `${out}/env` }), ''],
  [
    'a path by a merge',
    (out) => `x-a: &a { label_file: ${out}/env }\nservices: { web: { <<: *a, image: a } }`,
    () => ({}),
    ':2:13 services.web.label_file',
  ],
  [
    'a second document',
    (out) => `services: { web: { image: a } }\n---\ninclude: [${out}/compose.yml]`,
    () => ({}),
    ':3:11 include[0]',
  ],
  [
    'a variable with a default',
    (out) => labelled(`"\${NOT_SET:-${out}/env}"`),
    () => ({}),
    ':1:42 services.web.label_file',
  ],
  [
    'a variable of the .env that takes an expansion',
    () => labelled('"${OF}"'),
    () => ({}),
    ':1:42 services.web.label_file',
  ],
  ['include of a machine', () => 'include: ["oci://registry.example.com/a"]', () => ({}), ':1:11 include[0]'],
  ['include by git', () => 'include: ["git@example.com:a/b.git"]', () => ({}), ':1:11 include[0]'],
];

describeWith(['compose'], 'C2: a commit reads nothing outside its checkout', () => {
  const canary = outside();

  test.each(WAYS)('C2: %s is refused before compose reads it', async (name, compose, links, place) => {
    const own = links(canary);
    const files: Record<string, string> = {
      'docker-compose.yml': compose(canary),
      'sub/a.yml': SHOWS,
      'sub/e': 'A=1\n',
    };
    if (!own['.env']) files['.env'] = 'X=/etc\nOF=${X}/passwd\n';
    const dir = commitWith(files, own);
    const { problems } = await readManifest(dir, settings());
    expect(problems.map(describeProblem)).toEqual([
      expect.stringMatching(/is outside the repository|which is on another machine|is unknown before/),
    ]);
    expect(describeProblem(problems[0]!)).toContain(place);
    expect(JSON.stringify(problems)).not.toContain(CANARY);
    expect(name).toBeTruthy();
  });

  test('C2: it is found through files that are included and extended', async () => {
    const deep = {
      'docker-compose.yml': 'include: [a/a.yml]\n',
      'a/a.yml': extending('../b.yml'),
      'b.yml': labelled(`${canary}/env`),
    };
    const { problems } = await readManifest(commitWith(deep), settings());
    expect(problems.map(describeProblem)).toEqual([
      expect.stringMatching(/^b.yml:1:42 services.web.label_file: is .*, which is outside the repository\./),
    ]);
  });

  test('what stays within is read: includes, extends upwards, links inside, variables that are known', async () => {
    const dir = commitWith(
      {
        'docker-compose.yml':
          'include: [sub/a.yml, { path: [other/b.yml], project_directory: other, env_file: env/b }]\n' +
          'services: { web: { extends: { file: sub/base.yml, service: base }, env_file: ["env/${STAGE:-b}", "env/${OF}"] } }\n',
        'sub/a.yml': 'services: { a: { image: "a:${OF_A}", label_file: l } }\n',
        'sub/.env': 'OF_A=1\n',
        'sub/l': 'L=1\n',
        'sub/base.yml': 'services: { base: { extends: { file: ../common.yml, service: common }, label_file: l } }\n',
        'common.yml': 'services: { common: { image: w, env_file: env/link } }\n',
        'other/b.yml': 'services: { b: { image: "b:${OF_B}" } }\n',
        'env/b': 'OF_B=2\n',
        'env/c': 'FROM_C=3\n',
        '.env': "OF='c'\n",
      },
      { 'env/link': 'b' },
    );
    const { problems, draft } = await readManifest(dir, settings());
    expect(problems).toEqual([]);
    expect(draft?.images).toEqual({ a: 'a:1', b: 'b:2', web: 'w' });
    const web = draft?.environments[0]?.services.find(({ name }) => name === 'web');
    expect(web?.container.environment).toEqual({ OF_B: '2', FROM_C: '3' });
    expect(web?.container.labels).toEqual({ L: '1' });
  });

  test('a project in a folder of its checkout reads what lies beside it', async () => {
    const top = folderWith({
      'common.yml': 'services: { web: { image: w } }\n',
      'app/docker-compose.yml': extending('../common.yml'),
    });
    const input = {
      command: parts().compose.command,
      dir: join(top, 'app'),
      project: 'x',
      files: ['docker-compose.yml'],
      variables: {},
    };
    expect((await readFiles(input)).problems).toHaveLength(1);
    const { problems, model } = await readFiles({ ...input, root: top });
    expect(problems).toEqual([]);
    expect(model).toMatchObject({ services: { web: { image: 'w' } } });
  });

  test('C2: confined, compose cannot read it either when nobody has looked before', async () => {
    const why = await whyNotConfined();
    if (why) return void process.stderr.write(`not confined here: ${why}\n`);
    process.env['WINDLASS_CANARY'] = CANARY;
    for (const file of [`${canary}/env`, `/proc/${process.pid}/environ`, '/etc/passwd', 'link']) {
      const text = `include: [{ path: sub/a.yml, env_file: ${file} }]\n`;
      const dir = commitWith({ 'docker-compose.yml': text, 'sub/a.yml': SHOWS }, { link: `${canary}/env` });
      const said = await readComposeFiles({
        command: parts().compose.command,
        dir,
        project: 'x',
        files: ['docker-compose.yml'],
        variables: {},
      });
      expect(said.model).toBeUndefined();
      expect(JSON.stringify(said)).toMatch(/permission denied/);
      expect(JSON.stringify(said)).not.toContain(CANARY);
    }
    delete process.env['WINDLASS_CANARY'];
  });
});

const bomb = (levels: number) =>
  [
    'x-0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: levels }, (_, at) => `x-${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`),
  ].join('\n');

const BOMBS: [name: string, text: string, says: RegExp][] = [
  ['aliases, five levels', bomb(5), /expands to more than .* through aliases/],
  ['aliases, nine levels', bomb(9), /expands to more than .* through aliases/],
  ['aliases by merges', bomb(3).replaceAll('[', '{ <<: [').replaceAll(']', '] }'), /./],
  ['an alias of itself', 'x: &a [*a]', /refers to itself/],
  ['nesting', `x: ${'['.repeat(20_000)}`, /nested deeper than 100 levels/],
  ['lists in lists', '- '.repeat(20_000), /nested deeper than 100 levels/],
  ['braces', `x: ${'{ a: '.repeat(20_000)}`, /nested deeper than 100 levels/],
  ['length', 'a: 1\n'.repeat(250_000), /is larger than 1 MB or not a file/],
  ['entries', Array.from({ length: 60_000 }, (_, at) => `k${at}: 1`).join('\n'), /makes this file too long/],
  ['documents', '---\n'.repeat(100_000), /makes this file too long/],
  [
    'a line break of YAML 1.1 alone',
    'x: a\u2028include: [/etc/x.yml]',
    /a character that YAML parsers treat differently/,
  ],
  ['a carriage return', 'x: a\rinclude: [/etc/x.yml]', /a character that YAML parsers treat differently/],
  [
    'UTF-16',
    Buffer.from('\ufeffinclude: [/etc/x.yml]', 'utf16le').toString('latin1'),
    /a character that YAML parsers treat differently/,
  ],
  ['a tag that hides a key', '!!binary aW5jbHVkZQ==: [/etc/x.yml]', /has the tag/],
];

describe('H2: what is too much is refused in words before compose sees it', () => {
  const noCompose = () => ({ ...settings(), composeCommand: ['/nowhere/docker-compose'] });

  test.each(BOMBS)('H2: %s', async (_, text, says) => {
    const ways: Record<string, string>[] = [
      { 'docker-compose.yml': text },
      { 'docker-compose.yml': 'include: [sub/b.yml]\n', 'sub/b.yml': text },
      { 'docker-compose.yml': extending('b.yml'), 'b.yml': text },
    ];
    for (const files of ways) {
      const dir = commitWith(files);
      const began = performance.now();
      const { problems } = await readManifest(dir, noCompose());
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(problems.map(describeProblem)).toEqual([expect.stringMatching(says)]);
      rmSync(dir, { recursive: true });
    }
  });

  test('H2: files that include each other without end', async () => {
    const dir = commitWith({ 'docker-compose.yml': 'include: [f0.yml]\n' });
    for (let at = 0; at < 150; at++) addFiles(dir, { [`f${at}.yml`]: `include: [f${at + 1}.yml]\n` });
    const { problems } = await readManifest(dir, noCompose());
    expect(problems.map(describeProblem)).toEqual([
      expect.stringContaining('one of more than 100 included compose files'),
    ]);
  });

  test('a large file that a person could write is read', async () => {
    const services = Array.from(
      { length: 300 },
      (_, at) => `  s${at}:\n    <<: *base\n    image: "a:${at}"\n    environment:\n      A: a\n      B: b\n`,
    );
    const dir = commitWith({
      'docker-compose.yml': `x-base: &base\n  restart: always\n  logging: { driver: local }\nservices:\n${services.join('')}`,
    });
    await expect(readManifest(dir, noCompose())).rejects.toThrow('cannot find');
  });
});
