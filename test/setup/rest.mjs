/**
 * What CI runs after `npm test`: as many of the long files as end within the time that is left, the longest first, some
 * side by side. `node test/setup/rest.mjs SECONDS [FILE of the results of npm test]`. How long a file takes is stored in
 * durations.json; a machine on which `npm test` took longer than stored takes longer for these, too.
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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();

async function main() {
  const [seconds = '3600', results] = process.argv.slice(2);
  const until = Date.now() + Number(seconds) * 1_000;
  const stored = read('test/setup/durations.json');
  const before = results ? read(results) : undefined;
  const factor = slowness(stored, before?.seconds ?? {});
  let waiting = longFiles().map((file) => ({ file, seconds: (stored[file] ?? UNKNOWN_SECONDS) * factor }));
  const left = () => (until - Date.now()) / 1_000;
  console.log(
    `\nLong tests: ${waiting.length} files, ${Math.round(left() / 60)} minutes are left; this machine takes ${factor.toFixed(1)} times as long as stored.`,
  );
  const sum = { passed: 0, failed: 0, skipped: 0 };
  // Again at the very end: what `npm test` printed of them is far above.
  const failures = before?.failures ?? [];
  let ran = 0;
  for (
    let batch = nextBatch(waiting, left(), workers());
    batch.length > 0;
    batch = nextBatch(waiting, left(), workers())
  ) {
    console.log(`\n${batch.map(({ file, seconds: s }) => `${file} (about ${Math.round(s)} s)`).join('\n')}`);
    const one = await play(
      batch.map(({ file }) => file),
      left(),
    );
    for (const count of Object.keys(sum)) sum[count] += one[count];
    failures.push(...one.failures);
    ran += batch.length;
    waiting = waiting.filter((file) => !batch.includes(file));
  }
  console.log(
    `\nLong tests: ran ${ran} files${waiting.length > 0 ? `; no time was left for ${waiting.map(({ file }) => file).join(', ')}` : ', all that there are'}.`,
  );
  for (const failure of failures) console.log(failure);
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

/** Runs jest on some files; a run that hangs is ended when the time is up, and counts as one that failed. */
async function play(files, left) {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-test-'));
  const file = join(folder, 'results.json');
  const args = ['node_modules/jest/bin/jest.js', '--maxWorkers', String(workers()), '--runTestsByPath', ...files];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, WINDLASS_TEST_RESULTS: file },
  });
  const hangs = setTimeout(() => child.kill('SIGTERM'), left * 1_000);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(hangs);
  const { passed, failed, skipped, failures } = read(file) ?? { passed: 0, failed: 1, skipped: [], failures: [] };
  rmSync(folder, { recursive: true, force: true });
  return { passed, failed: failed === 0 && status !== 0 ? 1 : failed, skipped: skipped.length, failures };
}

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
