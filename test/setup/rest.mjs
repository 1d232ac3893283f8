/**
 * What CI runs after `npm test`: as many of the long files as end within the time that is left, the longest first, some
 * side by side; then the few files that failed once more, by themselves. It says what failed in both, and fails when
 * anything failed twice. `node test/setup/rest.mjs SECONDS FILE` (the results of `npm test`). How long a file takes is
 * stored in durations.json; a machine on which `npm test` took longer than stored takes longer for these, too.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Of a file that nobody has measured yet. */
const UNKNOWN_SECONDS = 300;
/** Parts are started again for each batch. */
const START_SECONDS = 30;
/** What a file may take more than is expected, before it is a hang. */
const TOLERANCE = 1.5;
/** More files that fail are no accident. */
const MOST_AGAIN = 3;
/** The time of a second run, in seconds. */
const AGAIN_SECONDS = 600;

/** How much slower this machine is than the one that was stored; never less than 1. */
export function slowness(stored, measured) {
  const both = Object.keys(measured).filter((file) => stored[file]);
  const sum = (seconds) => both.reduce((all, file) => all + seconds[file], 0);
  return both.length === 0 ? 1 : Math.max(1, sum(measured) / sum(stored));
}

/**
 * The next batch: the longest files that end within `left` seconds, one for each worker; empty when none does. Files that
 * are side by side take as long as the longest.
 */
export function nextBatch(files, left, workers) {
  const fitting = files.filter(({ seconds }) => START_SECONDS + seconds * TOLERANCE <= left);
  return fitting.sort((a, b) => b.seconds - a.seconds).slice(0, workers);
}

async function main() {
  const [seconds = '3600', results] = process.argv.slice(2);
  const until = Date.now() + Number(seconds) * 1_000;
  const before = results && read(results);
  if (!before) {
    console.log('failed: npm test ended early, see above');
    process.exitCode = 1;
    return;
  }
  const { waiting, runs } = await playLong(until, before);
  const whole = runs.reduce(add, before);
  const again = await playAgain(whole.failedFiles);
  const said = judge(whole, again);
  console.log(`\n${describeLong(runs, waiting)}`);
  for (const line of said.lines) console.log(line);
  console.log(`${whole.passed} passed, ${whole.failed} failed, ${whole.skipped.length} skipped`);
  process.exitCode = said.ok ? 0 : 1;
}

async function playLong(until, before) {
  const stored = read('test/setup/durations.json');
  const factor = slowness(stored, before.seconds);
  const left = () => (until - Date.now()) / 1_000;
  let waiting = longFiles().map((file) => ({ file, seconds: (stored[file] ?? UNKNOWN_SECONDS) * factor }));
  console.log(
    `\nLong tests: ${waiting.length} files, ${Math.round(left() / 60)} minutes are left; this machine takes ${factor.toFixed(1)} times as long as stored.`,
  );
  const runs = [];
  for (;;) {
    const batch = nextBatch(waiting, left(), workers());
    if (batch.length === 0) return { waiting, runs };
    console.log(`\n${batch.map(({ file, seconds }) => `${file} (about ${Math.round(seconds)} s)`).join('\n')}`);
    runs.push(
      await play(
        batch.map(({ file }) => file),
        { left: left(), workers: workers() },
      ),
    );
    waiting = waiting.filter((file) => !batch.includes(file));
  }
}

/** A test that waits for a machine that does something else meanwhile may fail; alone, it has no such excuse. */
async function playAgain(files) {
  if (files.length === 0 || files.length > MOST_AGAIN) return undefined;
  console.log(`\nOnce more, by itself:\n${files.join('\n')}`);
  return play(files, { left: AGAIN_SECONDS, workers: 1 });
}

/** Is all well, and what failed, of a run and of the second one of the files that failed (undefined: there was none). */
export function judge(whole, again) {
  const checks = whole.failedChecks.map((name) => `failed, see above: ${name}`);
  const isUnsteady = again !== undefined && again.failed === 0;
  const failures = whole.failures.map((line) =>
    isUnsteady ? line.replace(/^failed:/, 'failed once, and passed alone (repair it):') : line,
  );
  const broken = whole.broken.map((file) => `could not be run: ${file}`);
  return { ok: checks.length === 0 && (whole.failed === 0 || isUnsteady), lines: [...broken, ...failures, ...checks] };
}

function describeLong(runs, waiting) {
  const ran = runs.reduce((sum, { files }) => sum + files.length, 0);
  const rest = waiting.map(({ file }) => file).join(', ');
  return `Long tests: ran ${ran} files${rest ? `; no time was left for ${rest}` : ', all that there are'}.`;
}

const LISTS = ['broken', 'failedFiles', 'failures', 'skipped'];

const add = (one, other) => ({
  ...one,
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  ...Object.fromEntries(LISTS.map((name) => [name, [...one[name], ...other[name]]])),
});

/** Runs jest on some files; a run that hangs is ended when the time is up, and counts as one that failed. */
async function play(files, { left, workers }) {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-test-'));
  const file = join(folder, 'results.json');
  const args = ['node_modules/jest/bin/jest.js', '--maxWorkers', String(workers), '--runTestsByPath', ...files];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, WINDLASS_TEST_RESULTS: file },
  });
  const hangs = setTimeout(() => child.kill('SIGTERM'), left * 1_000);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(hangs);
  const results = read(file);
  rmSync(folder, { recursive: true, force: true });
  return status === 0 || results?.failed > 0 ? { ...results, files } : endedEarly(files);
}

const endedEarly = (files) => ({
  files,
  passed: 0,
  failed: files.length,
  broken: files,
  failedFiles: files,
  failures: [],
  skipped: [],
});

function workers() {
  return Math.max(2, availableParallelism());
}

function longFiles() {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.long.test.ts'))
    .map((name) => `test/${name}`)
    .sort();
}

/** Undefined where jest did not come so far. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
