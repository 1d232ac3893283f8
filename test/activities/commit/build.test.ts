import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, type Builder } from '../../../activities/images/build';
import { buildWithBuildx } from '../../../activities/images/buildx';
import type { BuildInput } from '../../../activities/types';
import type { BuildxOptions } from '../../../src/model/container/build';
import { openContext } from '../../../activities/drivers/docker/build/context';
import { failureOf, makeFolder } from '../fixtures';

const canary = makeFolder({ Dockerfile: 'FROM scratch\n', key: 'canary' });

const context = () =>
  openContext(makeFolder({ Dockerfile: 'FROM scratch\n' }), { dockerfile: 'Dockerfile', mtime: new Date(0) });

/** What buildx is given for this, by a program that writes its arguments down and ends. */
async function argumentsFor(top: string, buildx: BuildxOptions): Promise<string[]> {
  const folder = makeFolder({});
  const program = join(folder, 'buildx');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/args'\nexit 1\n`);
  chmodSync(program, 0o755);
  const settings = { buildxCommand: [program], dockerHost: 'unix:///none' };
  const options = { dockerfile: 'Dockerfile', args: {}, labels: {} };
  const built = buildWithBuildx({ root: top, top, service: 'web', buildx, settings }, await context(), options, {});
  await failureOf(built);
  return readFileSync(join(folder, 'args'), 'utf8').split('\n');
}

describe('C2: what a build is given is of the commit', () => {
  const top = makeFolder({ 'd/Dockerfile': 'FROM scratch\n', note: 'n' });
  symlinkSync(canary, join(top, 'out'));
  symlinkSync(join(canary, 'key'), join(top, 'key'));

  test.each([
    ['a context', 'out', 'Dockerfile', /build.context out leaves the repository/],
    ['a folder behind a link', 'out/.', 'Dockerfile', /build.context out\/. leaves the repository/],
    ['a Dockerfile', '.', 'key', /key in \. is outside the repository/],
  ])('C2: %s by a link', async (_, context, dockerfile, says) => {
    const input = {
      build: { service: 'web', context, dockerfile, args: {}, labels: {} },
      source: { url: top, commit: 'a'.repeat(40) },
      createdAt: new Date(0).toISOString(),
      registry: { address: '127.0.0.1:1' },
      app: 'shop',
      release: 'r',
      fresh: true,
    } as unknown as BuildInput;
    const builder = { checkout: () => Promise.resolve(top) } as unknown as Builder;
    expect((await failureOf(buildImage(input, builder, {}))).message).toMatch(says);
  });

  test.each<[string, BuildxOptions]>([
    ['a further context', { contexts: [{ name: 'a', folder: 'out' }] }],
    ['a secret', { secrets: [{ id: 'a', file: 'key' }] }],
    ['a secret behind a folder', { secrets: [{ id: 'a', file: 'out/key' }] }],
    ['a secret upwards', { secrets: [{ id: 'a', file: '../key' }] }],
  ])('C2: %s by a link is not given to buildx', async (_, buildx) => {
    const settings = { buildxCommand: ['true'], dockerHost: 'unix:///none' };
    const options = { dockerfile: 'Dockerfile', args: {}, labels: {} };
    const built = buildWithBuildx({ root: top, top, service: 'web', buildx, settings }, await context(), options, {});
    expect((await failureOf(built)).message).toMatch(/is outside the repository|leaves the repository/);
  });

  test('C2: a comma in a name is no further field of an option', async () => {
    const given = await argumentsFor(top, { secrets: [{ id: `a,src=${canary}/key`, file: 'note' }] });
    expect(given).toContain(`--secret="id=a,src=${canary}/key",src=${join(top, 'note')}`);
  });
});
