/** What a command costs before it does anything. Run on the compiled files, as people run them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../cli/main';
import { temporaryFolder } from '../setup/temporary';

const DIST = join(__dirname, '../../dist');
/** What people run, and what that runs. */
const MAIN = join(DIST, 'cli/windlass.js');
const onDist = existsSync(MAIN) ? describe : describe.skip;

onDist('the compiled program', () => {
  test('loads nothing of Temporal for the help of any command', () => {
    const script = `
      const { buildProgram } = require(${JSON.stringify(join(DIST, 'cli/main.js'))});
      (async () => {
        for (const name of ${JSON.stringify(Object.keys(COMMANDS))}) await buildProgram([name]);
        const heavy = Object.keys(require.cache).filter((path) => /@temporalio|dockerode|zod|node_modules.yaml/.test(path));
        console.log(JSON.stringify(heavy));
      })()`;
    expect(JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }))).toEqual([]);
  });

  // Processor time, and against node alone in turns: on a busy machine the clock says nothing.
  test('shows its help for little more than node itself costs', () => {
    const say = 'process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write(`${user+system}`)})';
    const cost = (...args: string[]) =>
      Number(
        spawnSync(process.execPath, ['--import', `data:text/javascript,${say}`, ...args], { encoding: 'utf8' }).stderr,
      );
    let least = Infinity;
    for (let turn = 0; turn < 10 && least >= 2.5; turn++)
      least = Math.min(least, cost(MAIN, '--help') / cost('-e', '0'));
    expect(least).toBeLessThan(2.5);
  });

  test('a command that talks to Temporal runs from one file, which is compiled beforehand', () => {
    const tell = `import Module from 'node:module';
      process.on('exit', () => process.stderr.write('LOADED ' + JSON.stringify(Object.keys(Module._cache))));`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, MAIN, 'status', '--app', 'shop'],
      { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: tmpdir(), TEMPORAL_ADDRESS: '127.0.0.1:1' } },
    );
    expect({ status, loaded: JSON.parse(stderr.split('LOADED ')[1] ?? '') }).toEqual({ status: 7, loaded: [MAIN] });
    expect(existsSync(join(DIST, 'program.bundle.js.code'))).toBe(true);
  });

  const run = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [MAIN, ...args], {
      cwd: temporaryFolder(),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
    });

  test.each([
    ['an unknown command', ['relase'], 2, /^windlass: unknown command 'relase'/],
    ['the word of another tool', ['deploy'], 2, /^windlass: Unknown command deploy.\n.*windlass release/],
    ['an unknown option', ['status', '--oops'], 2, /^windlass: unknown option '--oops'\nSee: windlass status --help/],
    ['a missing argument', ['freeze', '--reason', 'x'], 2, /missing required argument 'environment'/],
    ['a missing reason', ['freeze', 'production'], 2, /required option '--reason <text>' not specified/],
    ['no manifest and no --app', ['status'], 2, /^windlass: No windlass.yaml in this folder .*\n.*--app NAME/],
    ['an image without a digest', ['release', '--image', 'web=shop/web:1'], 2, /has no digest/],
    ['an odd --until', ['release', '--until', 'tomorrow'], 2, /--until: is "tomorrow". Expected staged or/],
    ['an odd limit', ['history', '--limit', '0'], 2, /Expected a whole number from 1/],
  ])('%s: exit status and one clear form', (_, args, status, said) => {
    const ended = run(args);
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(ended.stderr).toMatch(said);
  });

  test('a reader that has read enough ends it, without an error', () => {
    const ended = spawnSync('sh', ['-c', `{ "${process.execPath}" "${MAIN}" docs; echo $? >&2; } | head -n 1`], {
      cwd: temporaryFolder(),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: tmpdir() },
    });
    expect(ended.stderr.trim()).toBe('0');
  });

  test('Temporal that is not there: status 7, its address, what to do; and one JSON document', () => {
    const ended = run(['status', '--app', 'shop', '--json'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(ended.status).toBe(7);
    expect(ended.stderr).toMatch(
      /^windlass: Cannot reach Temporal at 127.0.0.1:1.\n.*windlass dev\n.*TEMPORAL_ADDRESS=/,
    );
    expect(JSON.parse(ended.stdout)).toEqual({
      error: {
        exit: 7,
        message: 'Cannot reach Temporal at 127.0.0.1:1.',
        next: expect.stringContaining('windlass dev'),
      },
    });
  });

  test('a profile that is not there is input', () => {
    const ended = run(['status', '--app', 'shop'], {
      TEMPORAL_PROFILE: 'nowhere',
      TEMPORAL_CONFIG_FILE: '/nowhere.toml',
    });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(/^windlass: Temporal's settings cannot be read: .*\n.*TEMPORAL_PROFILE/);
  });

  test('--json prints the answer as one document and nothing else', () => {
    const ended = run(['docs', '--schema', '--json']);
    expect(JSON.parse(ended.stdout)).toHaveProperty('properties.app');
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('docs compose prints what becomes of every key, by the kind of target', () => {
    expect(run(['docs', 'compose', '--target', 'docker']).stdout).toContain('| `cap_add` | carried |');
    expect(run(['docs', 'compose', '--target', 'none'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--target none: is no kind of target. Write one of: docker'),
    });
  });

  test('init never writes over a manifest', () => {
    const folder = temporaryFolder();
    execFileSync('sh', ['-c', 'echo "app: mine" > windlass.yaml'], { cwd: folder });
    const ended = spawnSync(process.execPath, [MAIN, 'init', '--yes'], { cwd: folder, encoding: 'utf8' });
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('already exists and was not changed'),
    });
    expect(execFileSync('cat', [join(folder, 'windlass.yaml')], { encoding: 'utf8' })).toBe('app: mine\n');
  });
});
