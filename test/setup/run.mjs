/**
 * `npm test [jest's arguments]` and `npm run test:all`. Without arguments: formatting and lint beside the tests, all but
 * those of `*.long.test.ts` (`--all`: those too). With arguments: what jest finds by them in every file, and no checks.
 * Types were checked when `ready` compiled.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRun } from './reporter.js';

const CHECKS = {
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '**/*.{ts,js,mjs}'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
};
const all = process.argv.includes('--all');
const args = process.argv.slice(2).filter((arg) => arg !== '--all');
const isWhole = args.length === 0;

const children = new Set();
// Ctrl-C reaches the tests too, which stop their parts first: wait for them.
process.on('SIGINT', () => undefined);
// SIGTERM reaches nobody else. jest stops the parts; its own processes, and the workers of windlass in them, outlive it.
const descendants = new Set();
process.on('SIGTERM', () => {
  descendantsOf(process.pid).forEach((pid) => descendants.add(pid));
  children.forEach((child) => child.kill('SIGTERM'));
});

const folder = mkdtempSync(join(tmpdir(), 'windlass-test-'));
const results = process.env.WINDLASS_TEST_RESULTS ?? join(folder, 'results.json');
const env = {
  ...process.env,
  WINDLASS_TEST_RESULTS: results,
  ...(isWhole && !all && { WINDLASS_LONG_TESTS: 'no' }),
};
const [jest, ...checks] = await Promise.all([
  run(['node_modules/jest/bin/jest.js', ...args], { stdio: 'inherit', env }),
  ...(isWhole ? Object.entries(CHECKS).map(([name, command]) => check(name, command)) : []),
]);
for (const { output } of checks.filter(({ ok }) => !ok)) console.log(output);
const failed = checks.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(describeRun(resultsOfJest(), failed, { slowest: isWhole }).join('\n'));
// CI runs on with it.
if (process.env.WINDLASS_TEST_RESULTS)
  writeFileSync(results, JSON.stringify({ ...resultsOfJest(), failedChecks: failed }));
if (all && isWhole && jest.status === 0) storeDurations(resultsOfJest().seconds);
rmSync(folder, { recursive: true, force: true });
descendants.forEach(end);
process.exitCode = failed.length > 0 || jest.status !== 0 ? 1 : 0;

/** The processes below one, of any depth. */
function descendantsOf(pid) {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = all
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) => pairs.filter(([, one]) => one === parent).flatMap(([one]) => [one, ...below(one)]);
  return below(pid);
}

function end(pid) {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}

/** What the reporter wrote; undefined when jest did not come so far. */
function resultsOfJest() {
  try {
    return JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return undefined;
  }
}

/** By them files start longest first, and CI knows what ends in time. Of the others nothing need be known. */
function storeDurations(seconds) {
  const long = Object.entries(seconds).filter(([, one]) => one >= 5);
  const rounded = long.map(([file, one]) => [file, Math.round(one)]).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync('test/setup/durations.json', `${JSON.stringify(Object.fromEntries(rounded), undefined, 2)}\n`);
}

/** One line when all is well, else what it said. */
async function check(name, command) {
  const began = Date.now();
  const { status, output } = await run(command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ok = status === 0;
  console.log(`${name.padEnd(9)} ${ok ? 'ok' : 'FAILED, see the end'}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return { name, ok, output: `${name}:\n${output.trimEnd()}` };
}

function run(command, options) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, options);
    children.add(child);
    let output = '';
    child.stdout?.on('data', (text) => (output += text));
    child.stderr?.on('data', (text) => (output += text));
    child.on('close', (status) => {
      children.delete(child);
      resolve({ status, output });
    });
  });
}
