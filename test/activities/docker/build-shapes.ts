import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { openContext } from '../../../activities/drivers/docker/build/context';
import { describeWith, parts } from '../../setup/parts';
import { makeFolder, NOTHING_TO_BUILD_WITH, sharedEngine, uniqueName } from '../fixtures';

/** Shapes of a checkout: what is in it, and what else is so of it. */
interface Shape {
  files: Record<string, string>;
  links?: Record<string, string>;
  runs?: string[];
  empty?: string[];
  dockerfile?: string;
}

const FILES = {
  'a.txt': 'a',
  'b.md': 'b',
  'README.md': 'r',
  'src/index.js': 'i',
  'src/deep/x.tmp': 'x',
  'src/deep/y.js': 'y',
  'vendor/drop.txt': 'd',
  'vendor/keep/me.txt': 'm',
  'vendor/keep/not-me.txt': 'n',
  '.env': 'e',
  'with blank/c d.txt': 'c',
};
const ignoring = (...lines: string[]): Shape => ({ files: { ...FILES, '.dockerignore': lines.join('\n') } });

const SHAPES: [name: string, shape: Shape][] = [
  ['nothing ignored', { files: FILES }],
  ['an empty .dockerignore', ignoring('')],
  ['all but', ignoring('*', '!a.txt')],
  ['all but a folder', ignoring('*', '!src')],
  ['all but what is deep', ignoring('*', '!vendor/keep/me.txt')],
  ['**', ignoring('**', '!src/index.js')],
  ['the Dockerfile', ignoring('Dockerfile')],
  ['.dockerignore itself', ignoring('.dockerignore', 'Dockerfile')],
  ['by any name that begins with a dot', ignoring('.*')],
  ['a kind of file, everywhere', ignoring('**/*.tmp', '*.md', '!README.md')],
  ['the order counts', ignoring('!README.md', '*.md')],
  ['a folder, but for a part', ignoring('vendor', '!vendor/keep/me.txt')],
  ['a folder, but for a folder of it', ignoring('vendor', '!vendor/keep', 'vendor/keep/not-me.txt')],
  ['slashes before and behind', ignoring('/src/', 'vendor/')],
  ['dots', ignoring('./src', 'vendor/../a.txt')],
  ['comments, blanks, ends of Windows', ignoring('# a.txt', '  src  ', 'b.md\r', '')],
  ['signs', ignoring('[ab].*', 'src/d??p', 'with\\ blank')],
  ['a mark before the first line', ignoring('\uFEFFa.txt')],
  ['a blank in a name', ignoring('with blank/c d.txt')],
  ['all of a folder', ignoring('src/*')],
  ['all of a folder, deep', ignoring('src/**', '!src/deep/**/*.js')],
  ['what is not there', ignoring('nothing', '!nowhere')],
  ['no mark alone', ignoring('a.txt', '! a.txt')],
  ['.git', { files: { ...FILES, 'lib/.git/config': 'g', '.gitignore': 'g' } }],
  [
    'a Dockerfile of its own name',
    { files: { ...FILES, 'ops/web.Dockerfile': '', '.dockerignore': 'src' }, dockerfile: 'ops/web.Dockerfile' },
  ],
  [
    'its own ignore file goes first',
    {
      files: { ...FILES, 'ops/web.Dockerfile': '', 'ops/web.Dockerfile.dockerignore': 'ops\n', '.dockerignore': 'src' },
      dockerfile: 'ops/web.Dockerfile',
    },
  ],
  ['links', { files: FILES, links: { link: 'a.txt', 'src/up': '../vendor', gone: 'nowhere', out: '/etc/hostname' } }],
  ['an ignored link', { ...ignoring('link', 'vendor'), links: { link: 'a.txt', over: 'vendor/keep/me.txt' } }],
  ['programs and empty folders', { files: FILES, runs: ['src/index.js'], empty: ['none', 'src/none'] }],
  ['an ignored empty folder', { ...ignoring('none'), empty: ['none', 'other/none'] }],
];

function folderOf(
  { files, links = {}, runs = [], empty = [], dockerfile = 'Dockerfile' }: Shape,
  base: string,
): string {
  const folder = makeFolder({ ...files, [dockerfile]: `FROM ${base}\nCOPY . /ctx\n` });
  for (const path of empty) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
  for (const path of runs) chmodSync(join(folder, path), 0o755);
  return folder;
}

/** All clients of the engine that this machine has. */
const DOCKERS = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => {
  const docker = join(folder, 'docker');
  return existsSync(docker) ? [docker] : [];
});

/** A client before 23 speaks to BuildKit by itself; later it is a plugin of it that does. */
function speaksBuildKit(docker: string): boolean {
  const version = /version (\d+)/.exec(String(spawnSync(docker, ['--version']).stdout))?.[1];
  return Number(version) < 23 || spawnSync(docker, ['buildx', 'version']).status === 0;
}

/** Who builds the same by `docker build`: BuildKit (`1`), and the builder of before (`0`). */
const REFERENCES = [
  ...DOCKERS.filter(speaksBuildKit)
    .slice(0, 1)
    .map((docker) => ({ docker, buildkit: '1' })),
  ...DOCKERS.slice(0, 1).map((docker) => ({ docker, buildkit: '0' })),
];

/** The builder of before knows no ignore file for one Dockerfile. */
const isForBuildKit = ({ files, dockerfile }: Shape) => !!dockerfile && `${dockerfile}.dockerignore` in files;
const referencesFor = (shape: Shape) => REFERENCES.filter(({ buildkit }) => buildkit === '1' || !isForBuildKit(shape));

const withDocker: typeof describeWith =
  DOCKERS.length > 0
    ? describeWith
    : (_, name, tests) => describe.skip(`${name} [skipped: there is no docker command]`, tests);

/** Those in which the most comes together: what a Dockerfile's own ignore file, an order, links and folders do. */
const QUICK = [
  'nothing ignored',
  'all but what is deep',
  'the order counts',
  'comments, blanks, ends of Windows',
  'signs',
  'all of a folder, deep',
  'its own ignore file goes first',
  'links',
  'programs and empty folders',
];
export const [quick, others] = [true, false].map((isQuick) =>
  SHAPES.filter(([name]) => QUICK.includes(name) === isQuick),
);

/** Builds some of the shapes, and has `docker build` build them. */
export const buildSame = (shapes: typeof SHAPES): void =>
  withDocker(['engine', 'images'], 'an image has the files that docker build gives it', () => {
    const engine = sharedEngine();
    const made: string[] = [];
    const names: string[] = [];
    afterAll(async () => {
      for (const image of [...names, ...made]) await engine.removeImage(image).catch(() => undefined);
    });

    /** All files in an image: kind, rights, where it leads, content. */
    async function filesOf(image: string): Promise<string[]> {
      const name = uniqueName('same');
      const script =
        'cd /ctx && find . | sort | while read -r f; do stat -c "%A %N" "$f"; test -f "$f" && ! test -h "$f" && md5sum < "$f"; done';
      await engine.createContainer({
        name,
        image,
        labels: {},
        config: { Cmd: ['sleep', '100'], StopTimeout: 0 },
        networks: [],
      });
      try {
        await engine.startContainer(name);
        const { stdout } = await engine.exec(name, ['sh', '-c', script]);
        return stdout.trim().split('\n');
      } finally {
        await engine.removeContainer(name);
      }
    }

    type Reference = (typeof REFERENCES)[number];
    function dockerBuild(folder: string, dockerfile: string, { docker, buildkit }: Reference): string {
      const tag = `${uniqueName('same')}:${randomBytes(4).toString('hex')}`;
      names.push(tag);
      const env = { ...process.env, DOCKER_HOST: parts().engine.host, DOCKER_BUILDKIT: buildkit };
      execFileSync(docker, ['build', '--no-cache', '-q', '-t', tag, '-f', join(folder, dockerfile), folder], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return tag;
    }

    test.each(shapes)('%s', async (_, shape) => {
      const { dockerfile = 'Dockerfile' } = shape;
      const folder = folderOf(shape, parts().images.base.name);
      const context = await openContext(folder, { dockerfile, mtime: new Date() });
      const ours = await engine.buildImage(context, { ...NOTHING_TO_BUILD_WITH, dockerfile });
      made.push(ours);
      const files = await filesOf(ours);
      for (const reference of referencesFor(shape))
        expect({ reference, files }).toEqual({
          reference,
          files: await filesOf(dockerBuild(folder, dockerfile, reference)),
        });
    });
  });
