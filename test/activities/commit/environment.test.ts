import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildxEnvironment, gitEnvironment } from '../../../activities/drivers/programs/child-environment';
import { readComposeFiles } from '../../../activities/drivers/compose';
import { findProgram } from '../../../activities/drivers/programs/program';
import { describeWith, parts } from '../../setup/parts';
import { folderWith } from '../source/fixture';

const COMPOSE = 'services: { web: { image: a, environment: { A: "${A:-}", B: "${B:-}" } } }\n';

/** Reads the file of a folder by this command, with these variables. */
const read = (dir: string, command: string[], variables: Record<string, string>) =>
  readComposeFiles({ command, dir, project: 'x', files: ['docker-compose.yml'], variables });

const environmentIn = ({ model }: { model?: Record<string, unknown> }) =>
  (model?.['services'] as { web: { environment: Record<string, string> } } | undefined)?.web.environment;

/** A program in a folder of the system's own temporary files. */
function script(text: string): string {
  const path = join(folderWith({}), 'docker-compose');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const mark = (dir: string) => join(dir, 'ran');

describeWith(['compose'], 'C1: what a commit says is no order to a program', () => {
  test('C1: docker compose sees four variables, and none of the manifest or the worker', async () => {
    const dir = folderWith({ 'docker-compose.yml': COMPOSE });
    const printer = script(`#!/bin/sh\nenv >&2\nexit 1\n`);
    process.env['WINDLASS_CANARY'] = 'canary';
    const { problems } = await read(dir, [printer], { A: 'a', LD_PRELOAD: './e.so', BASH_ENV: './b.sh', PATH: '.' });
    delete process.env['WINDLASS_CANARY'];
    expect(problems[0]!.message).not.toContain(`HOME=${homedir()} `);
    // What a shell sets by itself is not of its environment.
    const names = [...problems[0]!.message.matchAll(/(?:^| )([A-Z_]+)=/g)].map(([, name]) => name);
    const own = new Set(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name!)));
    expect(own).toEqual(
      new Set(['COMPOSE_EXPERIMENTAL_GIT_REMOTE', 'COMPOSE_EXPERIMENTAL_OCI_REMOTE', 'DOCKER_CONFIG', 'HOME']),
    );
  });

  test('C1: BASH_ENV of a manifest is not run by a wrapper in bash', async () => {
    const dir = folderWith({ 'docker-compose.yml': COMPOSE });
    writeFileSync(join(dir, 'b.sh'), `touch ${mark(dir)}\n`);
    const wrapper = script(`#!/bin/bash\nexec ${parts().compose.command.join(' ')} "$@"\n`);
    await read(dir, [wrapper], { BASH_ENV: './b.sh' });
    expect(existsSync(mark(dir))).toBe(false);
  });

  const isDynamic = (program: string) => existsSync(program) && spawnSync('ldd', [program]).status === 0;
  const docker = ['/usr/bin/docker', findProgram('docker') ?? ''].find(isDynamic);
  (docker && findProgram('gcc') ? test : test.skip)(
    'C1: LD_PRELOAD of a manifest is not loaded by a docker that would',
    async () => {
      const dir = folderWith({ 'docker-compose.yml': COMPOSE });
      const code = `#include <fcntl.h>\n__attribute__((constructor)) void f() { open("${mark(dir)}", O_CREAT, 0600); }\n`;
      writeFileSync(join(dir, 'e.c'), code);
      execFileSync('gcc', ['-shared', '-fPIC', '-o', join(dir, 'e.so'), join(dir, 'e.c')]);
      const config = folderWith({});
      mkdirSync(join(config, 'cli-plugins'));
      symlinkSync(parts().compose.command.at(-1)!, join(config, 'cli-plugins', 'docker-compose'));
      const before = process.env['DOCKER_CONFIG'];
      process.env['DOCKER_CONFIG'] = config;
      const reading = await read(dir, [docker!, 'compose'], { LD_PRELOAD: './e.so', A: 'seen' });
      if (before === undefined) delete process.env['DOCKER_CONFIG'];
      else process.env['DOCKER_CONFIG'] = before;
      expect(environmentIn(reading)).toEqual({ A: 'seen', B: '' });
      expect(existsSync(mark(dir))).toBe(false);
    },
  );

  test('C1: COMPOSE_ENV_FILES of a manifest or of the .env of a commit names no file that is read', async () => {
    const outside = folderWith({ secrets: 'B=canary\n' });
    const variables = { COMPOSE_ENV_FILES: join(outside, 'secrets') };
    const dir = folderWith({ 'docker-compose.yml': COMPOSE });
    expect(environmentIn(await read(dir, parts().compose.command, variables))).toEqual({ A: '', B: '' });
    writeFileSync(join(dir, '.env'), `COMPOSE_ENV_FILES=${variables.COMPOSE_ENV_FILES}\n`);
    expect(environmentIn(await read(dir, parts().compose.command, {}))).toEqual({ A: '', B: '' });
  });

  test('variables reach compose as they are, whatever signs they hold', async () => {
    const values = [
      'a\\',
      "it's",
      '"',
      '$x ${y} $$',
      'a\nb\r\n',
      ' # c',
      '\\n\\t',
      '`x`',
      "'",
      '\\"',
      '\\\\\\',
      'é{{x}}',
    ];
    const lines = values.map((_, index) => `V${index}: "$\{V${index}}"`);
    const dir = folderWith({
      'docker-compose.yml': `services: { web: { image: a, environment: { ${lines.join(', ')} } } }`,
    });
    const variables = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
    const printed = environmentIn(await read(dir, parts().compose.command, variables))!;
    const plain = Object.entries(printed).map(([name, value]) => [name, value.replaceAll('$$', '$')]);
    expect(Object.fromEntries(plain)).toEqual(variables);
  });

  test('the .env of a commit counts, may refer to variables of the manifest, and gives way to them', async () => {
    const dir = folderWith({ 'docker-compose.yml': COMPOSE, '.env': 'A=file\nB=${A}-${C}\nCOMPOSE_PROFILES=p\n' });
    const first = await read(dir, parts().compose.command, { C: 'c' });
    expect(environmentIn(first)).toEqual({ A: 'file', B: 'file-c' });
    expect(environmentIn(await read(dir, parts().compose.command, { A: 'a', C: 'c' }))).toEqual({ A: 'a', B: 'a-c' });
  });

  test('COMPOSE_PROFILES chooses services, of the manifest before the .env', async () => {
    const services = ['p', 'q'].map((name) => `${name}: { image: a, profiles: [${name}] }`).join(', ');
    const dir = folderWith({ 'docker-compose.yml': `services: { ${services} }`, '.env': 'COMPOSE_PROFILES=p\n' });
    const chosen = async (variables: Record<string, string>) =>
      Object.keys((await read(dir, parts().compose.command, variables)).model!['services'] ?? {});
    expect(await chosen({})).toEqual(['p']);
    expect(await chosen({ COMPOSE_PROFILES: 'q' })).toEqual(['q']);
    expect(await chosen({ COMPOSE_PROFILES: '' })).toEqual([]);
  });
});

test('C1: git and buildx see fixed lists of the worker, not its secrets', () => {
  process.env['SHOP_DB_PASSWORD'] = 'hunter2';
  const seen = Object.keys({ ...gitEnvironment(), ...buildxEnvironment() });
  delete process.env['SHOP_DB_PASSWORD'];
  expect(seen).not.toContain('SHOP_DB_PASSWORD');
  const known = readFileSync(join(__dirname, '../../../activities/drivers/programs/child-environment.ts'), 'utf8');
  expect(seen.filter((name) => !known.includes(name.toUpperCase()) && !name.startsWith('GIT_CONFIG_'))).toEqual([]);
});
