/** The whole suite: formatting and lint side by side, then the tests. Types were checked when `ready` compiled. */
import { spawn } from 'node:child_process';

const checks = {
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '**/*.{ts,js,mjs}'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
};
const children = new Set();
// Ctrl-C reaches the tests too, which stop their parts first: wait for them.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => children.forEach((child) => child.kill('SIGTERM')));

const results = await Promise.all(Object.entries(checks).map(([name, args]) => check(name, args)));
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
const jest = await run(['node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, WINDLASS_FAILED_CHECKS: failed.join(', ') },
});
process.exitCode = failed.length > 0 || jest.status !== 0 ? 1 : 0;

/** One line when all is well, else what it said. */
async function check(name, args) {
  const began = Date.now();
  const { status, output } = await run(args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ok = status === 0;
  console.log(`${name.padEnd(12)} ${ok ? 'ok' : 'FAILED'}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (!ok) console.log(output.trimEnd());
  return { name, ok };
}

function run(args, options) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, options);
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
