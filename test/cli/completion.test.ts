import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../cli/main';
import { runInProcess } from './in-process';

const scriptFor = async (shell: string) => (await runInProcess(['completion', shell])).out;

/** A folder with a manifest alone. */
function project(): string {
  const dir = mkdtempSync(join(tmpdir(), 'completion-'));
  writeFileSync(
    join(dir, 'windlass.yaml'),
    'app: shop\nenvironments:\n  staging:\n    hosts: [local]\n  eu_west:\n    hosts: [local]\n',
  );
  return dir;
}

/** What bash offers after these words, the last of which is being typed. */
async function offers(...words: string[]): Promise<string[]> {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(windlass ${typed}); COMP_CWORD=${words.length}; _windlass; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['-c', `${await scriptFor('bash')}\n${ask}`], { cwd: project(), encoding: 'utf8' });
  return said.split('\n').filter(Boolean);
}

test('bash completes commands, environments of the manifest, and options', async () => {
  expect(await offers('rel')).toEqual(['release']);
  expect(await offers('')).toEqual(Object.keys(COMMANDS));
  expect(await offers('status', '')).toEqual(['staging', 'eu_west']);
  expect(await offers('logs', '--rel')).toEqual(['--release']);
  expect(await offers('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(await offers('check', '')).toEqual([]);
});

test.each(['zsh', 'fish'])('%s knows every command', async (shell) => {
  const script = await scriptFor(shell);
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    expect(script).toContain(name);
    expect(script).toContain(summary.replaceAll("'", "'\\''"));
  }
});

test('another shell is refused with those that there are', async () => {
  const { status, err } = await runInProcess(['completion', 'tcsh']);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('Expected bash, zsh, fish') });
});

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const inFish = isThere('fish') ? test : test.skip;
const inZsh = isThere('zsh') ? test : test.skip;

inFish('fish completes commands, environments, shells and options', async () => {
  const script = await scriptFor('fish');
  const offered = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source (echo $script | psub); complete -C '${line}'`], {
      cwd: project(),
      encoding: 'utf8',
      env: { ...process.env, script },
    })
      .split('\n')
      .flatMap((one) => one.split('\t')[0] || []);
  expect(offered('windlass rol')).toEqual(['rollback']);
  expect(offered('windlass ').sort()).toEqual(Object.keys(COMMANDS).sort());
  expect(offered('windlass status ').sort()).toEqual(['eu_west', 'staging']);
  expect(offered('windlass completion ').sort()).toEqual(['bash', 'fish', 'zsh']);
  expect(offered('windlass logs --rel')).toEqual(['--release']);
  expect(offered('windlass check -f ')).toEqual(['windlass.yaml']);
});

inZsh('zsh completes commands, environments, shells and options', async () => {
  const script = await scriptFor('zsh');
  // What completes in zsh needs a terminal; these say what it would be given.
  const said = `compdef() { :; }; _files() { print files; }; _describe() { local all=("\${(@P)2}"); print -l -- "\${all[@]%%:*}"; }
    compadd() { [[ $1 == -a ]] && print -l -- \${(P)2} || { shift; print -l -- $@; }; }`;
  const offered = (...typed: string[]) =>
    execFileSync(
      'zsh',
      ['-f', '-c', `${said}\n${script}\nwords=(windlass "$@"); CURRENT=$#words; _windlass; true`, 'zsh', ...typed],
      { cwd: project(), encoding: 'utf8' },
    )
      .split('\n')
      .filter(Boolean);
  expect(offered('')).toEqual(Object.keys(COMMANDS));
  expect(offered('status', '')).toEqual(['staging', 'eu_west']);
  expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(offered('logs', '--rel')).toContain('--release');
  expect(offered('check', '')).toEqual(['files']);
});
