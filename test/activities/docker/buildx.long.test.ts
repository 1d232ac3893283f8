import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createImageActivities } from '../../../activities/images/images';
import { buildWithBuildx } from '../../../activities/images/buildx';
import { hasBuildx, runBuildx } from '../../../activities/drivers/docker/build/buildx';
import { openContext } from '../../../activities/drivers/docker/build/context';
import { readManifest } from '../../../activities/source/read-manifest';
import { readSettings } from '../../../activities/settings';
import { clientOf } from '../../../parts/server/engine-client';
import { BUILDX, findGoProgram } from '../../../parts/find/go-program';
import { identify } from '../../../parts/run/processes';
import type { BuildInput } from '../../../activities/types';
import type { BuildSpec } from '../../../src/manifest/record/record';
import { describeWith, parts } from '../../setup/parts';
import {
  failureOf,
  makeFolder,
  NOTHING_TO_BUILD_WITH,
  sharedEngine,
  until,
  uniqueName,
  watchProcesses,
} from '../fixtures';
import { CANARY, tracesIn } from '../secrets/canary';
import { settings } from '../source/fixture';
import { SPELLINGS } from '../secrets/spellings';

/** The worker's own, else one that is built. */
function findBuildx(): { command: string[] } | { missing: string } {
  const { buildxCommand } = readSettings(process.env);
  const [program = 'docker', ...first] = buildxCommand;
  if (spawnSync(program, [...first, 'version']).status === 0) return { command: buildxCommand };
  const built = findGoProgram(BUILDX);
  return 'program' in built ? { command: [built.program] } : built;
}

const buildx = findBuildx();
const buildxCommand = 'command' in buildx ? buildx.command : [];

const COMPOSE = `services:
  web:
    build:
      context: web
      secrets: [token, { source: public, target: note }]
      additional_contexts: { shared: ./shared }
secrets: { token: { environment: BUILD_TOKEN }, public: { file: ./note.txt } }
`;
const MANIFEST = `app: shop
notSecret: [public]
environments:
  staging: { hosts: [local], secrets: { BUILD_TOKEN: { env: WLTEST_BUILD_TOKEN } } }
`;
const files = {
  'docker-compose.yml': COMPOSE,
  'windlass.yaml': MANIFEST,
  'note.txt': 'a note\n',
  'web/Dockerfile': 'FROM scratch',
};

describeWith(['compose'], 'what a build needs the buildx client for', () => {
  test('is refused by name where the worker does not have it, and where it has is part of the release', async () => {
    const refused = await readManifest(makeFolder(files), settings());
    expect(refused.problems.map(({ path }) => path)).toEqual([
      'services.web.build.secrets',
      'services.web.build.additional_contexts',
    ]);
    // Any program that ends well, for nothing is built here.
    const had = await readManifest(makeFolder(files), { ...settings(), buildxCommand: ['true'] });
    expect(had.problems).toEqual([]);
    expect(had.draft?.builds[0]?.buildx).toEqual({
      secrets: [
        { id: 'token', source: { env: 'WLTEST_BUILD_TOKEN' } },
        { id: 'note', file: 'note.txt' },
      ],
      contexts: [{ name: 'shared', folder: 'shared' }],
    });
  });

  test('does not matter where the image is given', async () => {
    const { problems } = await readManifest(makeFolder(files), settings(), { given: ['web'] });
    expect(problems).toEqual([]);
  });
});

const withBuildx: typeof describeWith =
  'missing' in buildx
    ? (_, name, tests) => describe.skip(`${name} [skipped: ${buildx.missing.replace(/[[\]]/g, '')}]`, tests)
    : describeWith;

withBuildx(['engine', 'images'], 'builds by the buildx client', () => {
  const engine = sharedEngine();
  const canary = `canary-${randomBytes(6).toString('hex')}`;
  const build: BuildSpec = {
    service: 'web',
    context: 'web',
    dockerfile: 'Dockerfile',
    args: { TEXT: 'a' },
    labels: { own: 'label' },
    buildx: {
      secrets: [
        { id: 'token', source: { env: 'WLTEST_BUILD_TOKEN' } },
        { id: 'note', file: 'note.txt' },
      ],
    },
  };
  const run = async (
    dockerfile: string,
    more: BuildSpec['buildx'] = {},
    { token = canary, leaked = '', secrets }: { token?: string; leaked?: string; secrets?: BuildInput['secrets'] } = {},
  ) => {
    process.env['WLTEST_BUILD_TOKEN'] = token;
    const made = { 'web/Dockerfile': dockerfile, 'web/leaked.txt': leaked, 'shared/x.txt': 'shared' };
    const folder = makeFolder({ ...files, ...made });
    const { buildImage } = createImageActivities({
      settings: { installation: 'windlass', dockerHost: parts().engine.host, buildsAtOnce: 1, buildxCommand },
      checkout: () => Promise.resolve(folder),
    });
    const commit = randomBytes(20).toString('hex');
    return buildImage({
      app: uniqueName('buildx'),
      release: commit.slice(0, 10),
      source: { url: 'https://git.example/shop.git', commit },
      createdAt: '2030-01-02T03:04:05Z',
      registry: { address: 'registry.example.com' },
      build: { ...build, buildx: { ...build.buildx, ...more } },
      fresh: true,
      secrets,
    });
  };

  test('with secrets that are read and leave no trace', async () => {
    expect(await hasBuildx(buildxCommand)).toBe(true);
    const built = await run(
      [
        `FROM ${parts().images.base.name}`,
        'RUN --mount=type=secret,id=token grep -q canary /run/secrets/token',
        'RUN --mount=type=secret,id=note grep -q note /run/secrets/note',
      ].join('\n'),
    );
    expect(built).toEqual({ imageId: expect.stringMatching(/^sha256:/) });
    const image = clientOf(parts().engine.host).getImage((built as { imageId: string }).imageId);
    expect(JSON.stringify([await image.inspect(), await image.history()])).not.toContain(canary);
  });

  test('with a further context, where the BuildKit of the engine knows of such', async () => {
    const contexts = [{ name: 'shared', folder: 'shared' }];
    const built = run(`FROM ${parts().images.base.name}\nCOPY --from=shared x.txt /x.txt`, { contexts });
    const { apiVersion } = await engine.info();
    if (Number(apiVersion.split('.')[1]) >= 42) expect(await built).toHaveProperty('imageId');
    else
      expect((await failureOf(built)).message).toMatch(/The engine's BuildKit is too old for this: build on Docker 23/);
  });

  test('a failure says what the Dockerfile did, without the secret', async () => {
    const failed = await failureOf(
      run(
        `FROM ${parts().images.base.name}\nRUN --mount=type=secret,id=token echo "it is $(cat /run/secrets/token)"; exit 7`,
      ),
    );
    expect(failed).toMatchObject({ type: 'Permanent', kind: 'build-failed', service: 'web' });
    expect(failed.lastLines?.join('\n')).toContain('it is ***');
    expect(JSON.stringify(failed)).not.toContain(canary);
  });

  const EACH = 12;
  const spelled = Object.entries(SPELLINGS).map(([name, spell]) => `${name}: ${spell(CANARY)}`);
  test.each(Array.from({ length: Math.ceil(spelled.length / EACH) }, (_, part) => [part]))(
    'a failure says no secret of the build or of an environment, however it is spelled, part %i',
    async (part) => {
      const leaked = spelled.slice(part * EACH, part * EACH + EACH).join('\n');
      const dockerfile = `FROM ${parts().images.base.name}\nCOPY leaked.txt /\nRUN cat leaked.txt; exit 7`;
      process.env['WLTEST_OTHER'] = CANARY;
      for (const [token, secrets] of [
        [CANARY, undefined],
        [CANARY, [{ TOKEN: { env: 'WLTEST_OTHER' } }]],
        ['another', [{ TOKEN: { env: 'WLTEST_OTHER' } }]],
      ] as const) {
        const failed = await failureOf(run(dockerfile, {}, { token, leaked, secrets: secrets && [...secrets] }));
        expect(failed.lastLines?.join('\n')).toContain('***');
        expect(tracesIn(JSON.stringify([failed, failed.lastLines]))).toEqual([]);
      }
    },
  );

  test('progress says no secret either, and the client is given none in its arguments', async () => {
    const told: string[] = [];
    const folder = makeFolder({ Dockerfile: 'FROM scratch' });
    const context = await openContext(folder, { dockerfile: 'Dockerfile', mtime: new Date(0) });
    process.env['WLTEST_BUILD_TOKEN'] = CANARY;
    const printing = ['sh', '-c', 'printf "args %s\\nenv %s\\n" "$*" "$WINDLASS_SECRET_0"; exit 3', 'buildx'];
    const built = buildWithBuildx(
      {
        root: folder,
        top: folder,
        service: 'web',
        buildx: { secrets: [{ id: 'token', source: { env: 'WLTEST_BUILD_TOKEN' } }], ssh: ['default'] },
        settings: { buildxCommand: printing, dockerHost: parts().engine.host },
      },
      context,
      NOTHING_TO_BUILD_WITH,
      { onProgress: (line) => void told.push(line) },
    );
    const failed = await failureOf(built);
    expect(told.join('\n')).toMatch(/args build .*--secret=id=token,env=WINDLASS_SECRET_0 --ssh=default[^]*env \*\*\*/);
    expect(tracesIn(JSON.stringify([told, failed, failed.lastLines]))).toEqual([]);
  });

  test('a client that ends before it has read what is built fails the build', async () => {
    const folder = makeFolder({ Dockerfile: 'FROM scratch', large: 'x'.repeat(5_000_000) });
    const client = {
      command: ['sh', '-c', 'echo "ERROR: no builder" >&2; exit 3'],
      dockerHost: parts().engine.host,
      service: 'web',
      flags: [],
      env: {},
      strike: (line: string) => line,
    };
    const context = await openContext(folder, { dockerfile: 'Dockerfile', mtime: new Date(0) });
    expect(await failureOf(runBuildx(client, context, NOTHING_TO_BUILD_WITH, {}))).toMatchObject({
      kind: 'build-failed',
      message: expect.stringContaining('build of web by buildx: ERROR: no builder.'),
    });
  });

  test('is stopped with what it runs, and only then is that told', async () => {
    const { long, sleepsFor, stop } = await watchProcesses(engine);
    const seconds = long();
    const folder = makeFolder({ Dockerfile: `FROM ${parts().images.base.name}\nRUN sleep ${seconds}` });
    const idOfClient = join(folder, 'pid');
    const control = new AbortController();
    const client = {
      // As an administrator may have it: the client itself is the child of a script.
      command: ['sh', '-c', `exec 3<&0; "$@" <&3 & echo $! > '${idOfClient}'; wait`, 'buildx', ...buildxCommand],
      dockerHost: parts().engine.host,
      service: 'web',
      flags: ['--no-cache'],
      env: {},
      strike: (line: string) => line,
    };
    const context = await openContext(folder, { dockerfile: 'Dockerfile', mtime: new Date(0) });
    const built = runBuildx(client, context, NOTHING_TO_BUILD_WITH, { signal: control.signal });
    const ended = built.catch((error: Error) => error.message);
    await until(() => sleepsFor(seconds));
    control.abort(new Error('enough'));
    expect(await ended).toBe('enough');
    expect(identify(Number(readFileSync(idOfClient, 'utf8')))).toBeUndefined();
    await until(async () => !(await sleepsFor(seconds)));
    await stop();
  });
});
