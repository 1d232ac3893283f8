import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { makeInstance } from '../../../activities/targets/docker/containers/containers';
import { readManifest } from '../../../activities/source/read-manifest';
import { clientOf } from '../../../parts/server/engine-client';
import { environmentNetwork, instanceName, releaseNetwork, volumeName } from '../../../src/model/names';
import type { Draft } from '../../../src/manifest/record/record';
import { ANSWERS } from '../../../src/compose/answers';
import type { ComposeSection } from '../../../src/compose/answers/answers';
import { describeWith, parts } from '../../setup/parts';
import { SPECIFICATION } from '../../src/compose/specification';
import { makeFolder } from '../fixtures';
import { ELSEWHERE, FILES, MANIFEST, NETWORKS, ROWS, type Row, TOP, VOLUMES } from './compose-same-rows';
import { contextOf, makeTestBed, type TestBed } from '../rollout/rollout-fixtures';
import { normaliseContainer, normaliseNetwork, normaliseVolume, type Names } from './compose-same-wanted';

const RELEASE = 'same';
const serviceOf = (row: number) => `row${row}`;

/** One compose file: each row is a service of its own, from these lines. */
function composeFile(rows: [number, Row][]): string {
  const services = rows.map(([row, { lines }]) => {
    const all = ['image: ${BASE}', 'command: [sleep, "100"]', ...lines.split('\n')];
    return `  ${serviceOf(row)}:\n${all.map((line) => `    ${line}`).join('\n')}\n`;
  });
  return `services:\n${services.join('')}${TOP}`;
}

test('every key of the specification has a row, or is shown elsewhere', () => {
  const shown = new Set([
    ...ROWS.flatMap(({ keys }) => keys),
    ...Object.keys(ELSEWHERE),
    ...Object.keys(NETWORKS).flatMap((keys) => keys.split(' ').map((key) => `network.${key}`)),
    ...Object.keys(VOLUMES).flatMap((keys) => keys.split(' ').map((key) => `volume.${key}`)),
  ]);
  const sections = Object.keys(SPECIFICATION) as ComposeSection[];
  const wanted = sections
    .filter((name) => !['build', 'file'].includes(name))
    .flatMap((name) =>
      ANSWERS.docker[name]
        .filter(({ does }) => does !== 'refused')
        .map(({ key }) => (name === 'service' ? key : `${name}.${key}`)),
    );
  expect(wanted.filter((key) => !shown.has(key))).toEqual([]);
  expect([...shown].filter((key) => !wanted.includes(key))).toEqual([]);
});

describeWith(['engine', 'compose', 'images'], 'windlass makes what docker compose makes', () => {
  let bed: TestBed;
  let docker: Docker;
  let draft: Draft;
  let folder: string;
  const all = ROWS.map((row, index): [number, Row] => [index, row]);
  /** What the engine of this machine refuses of windlass, by row: it must refuse it of compose, too. */
  const refused = new Map<number, string>();

  const compose = (dir: string, project: string, ...args: string[]) => {
    const [program, ...first] = parts().compose.command;
    const env = { ...process.env, DOCKER_HOST: parts().engine.host, BASE: parts().images.base.name, TOKEN: 'tok-4711' };
    return promisify(execFile)(program!, [...first, '-p', project, ...args], { cwd: dir, env });
  };
  const projectOf = () => `${bed.place.installation}c`;
  const names = (): Names => ({
    compose: [`${projectOf()}_`, `${projectOf()}-`],
    windlass: [
      `${releaseNetwork(bed.place, RELEASE, 'default')}-`,
      `${environmentNetwork(bed.place)}-`,
      `${bed.place.installation}_`,
    ],
    installation: bed.place.installation,
  });

  beforeAll(async () => {
    process.env['WLTEST_TOKEN'] = 'tok-4711';
    bed = await makeTestBed();
    docker = clientOf(parts().engine.host);
    folder = makeFolder({
      ...FILES,
      'docker-compose.yml': composeFile(all),
      'windlass.yaml': MANIFEST.replace('VARIABLE', parts().images.base.name),
    });
    const settings = {
      installation: bed.place.installation,
      registry: 'r',
      composeCommand: parts().compose.command,
      buildxCommand: ['none'],
    };
    const reading = await readManifest(folder, settings);
    expect(reading.problems).toEqual([]);
    draft = reading.draft as Draft;
    await makeOurs();
    const fine = all.filter(([row]) => !refused.has(row));
    const theirs = makeFolder({ ...FILES, 'docker-compose.yml': composeFile(fine) });
    await compose(theirs, projectOf(), 'create');
    // Compose places texts only when it starts.
    const withFiles = fine.filter(([, { files }]) => files).map(([row]) => serviceOf(row));
    await compose(theirs, projectOf(), 'up', '--detach', '--no-recreate', ...withFiles);
  });

  /** As a rollout makes them, but none is started. */
  async function makeOurs() {
    const environment = draft.environments[0]!;
    const services = environment.services.map((service) => ({ ...service, image: parts().images.base.name }));
    bed.deps.loadFile = (_, { from }) => Promise.resolve(Buffer.from(FILES[from!]!));
    const ref = bed.release(RELEASE, { ...environment, project: bed.place.installation, services });
    await bed.perform('createNetworks', { release: RELEASE });
    const ctx = await contextOf(bed, 'startInstances', { [RELEASE]: ref });
    const record = await ctx.environment(RELEASE);
    for (const [row] of all) {
      const service = record.services.find(({ name }) => name === serviceOf(row))!;
      const make = makeInstance(ctx, record, service, RELEASE, 1);
      try {
        await ctx.engine.createContainer(await make.whole());
        await ctx.engine.putFiles(make.name, await make.files());
      } catch (error) {
        refused.set(row, (error as Error).message);
      }
    }
  }

  afterAll(async () => {
    await compose(folder, projectOf(), 'down', '--volumes', '--timeout', '0');
    const volumes = draft.environments[0]!.volumes.map(({ name }) => volumeName(bed.place.installation, name));
    await bed.cleanUp();
    for (const name of volumes)
      await docker
        .getVolume(name)
        .remove({ force: true })
        .catch(() => undefined);
  });

  test.each(ROWS.map((row, index): [string, number, Row] => [row.name ?? row.keys.join(', '), index, row]))(
    'container: %s',
    async (_, row, { files = [] }) => {
      const said = refused.get(row);
      if (said !== undefined) {
        const alone = makeFolder({ ...FILES, 'docker-compose.yml': composeFile([[row, ROWS[row]!]]) });
        const theirs = await compose(alone, `${projectOf()}${row}`, 'create').then(
          () => 'compose makes it',
          (error: Error) => error.message,
        );
        await compose(alone, `${projectOf()}${row}`, 'down', '--timeout', '0');
        const [, words] = /the engine says "(.+)"/.exec(said) ?? [];
        expect(theirs).toContain(words ?? said);
        return;
      }
      const place = [instanceName(bed.place, RELEASE, serviceOf(row)), `${projectOf()}-${serviceOf(row)}-1`];
      const [ours, theirs] = await Promise.all(place.map((name) => docker.getContainer(name).inspect()));
      expect(normaliseContainer(ours!, names(), files)).toEqual(normaliseContainer(theirs!, names(), files));
      for (const path of files) {
        const [own, other] = await Promise.all(place.map((name) => readFileOf(docker, name, path)));
        expect(own).toEqual(other);
      }
    },
  );

  test.each(Object.entries(NETWORKS))('network: %s', async (_, name) => {
    const place = [releaseNetwork(bed.place, RELEASE, name), `${projectOf()}_${name}`];
    const [ours, theirs] = await Promise.all(place.map((one) => docker.getNetwork(one).inspect()));
    expect(normaliseNetwork(ours!, names())).toEqual(normaliseNetwork(theirs!, names()));
  });

  test.each(Object.entries(VOLUMES))('volume: %s', async (_, name) => {
    const place = [volumeName(bed.place.installation, name), `${projectOf()}_${name}`];
    const [ours, theirs] = await Promise.all(place.map((one) => docker.getVolume(one).inspect()));
    expect(normaliseVolume(ours!, names())).toEqual(normaliseVolume(theirs!, names()));
  });
});

/** Content and rights of a file of a container that was never started. */
async function readFileOf(docker: Docker, name: string, path: string): Promise<{ text: string; mode: string }> {
  const { extract } = await import('tar-stream');
  const archive = await docker.getContainer(name).getArchive({ path });
  const found: { text: string; mode: string }[] = [];
  await new Promise<void>((resolve, reject) => {
    const reader = extract();
    reader.on('entry', ({ mode = 0 }, stream, next) => {
      let text = '';
      stream.on('data', (chunk) => (text += String(chunk)));
      stream.on('end', () => (found.push({ text, mode: (mode & 0o777).toString(8) }), next()));
    });
    reader.on('finish', resolve).on('error', reject);
    (archive as NodeJS.ReadableStream).pipe(reader);
  });
  return found[0]!;
}
