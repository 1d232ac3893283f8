/**
 * Makes a fresh clone ready to run: dependencies, compiled files, the bundle of workflows. Run first by every script of
 * package.json, so it uses nothing that is not in Node. Each thing is done only where it is missing or old.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeStale } from './stale.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const read = (...path) => readFileSync(join(root, ...path), 'utf8');

process.chdir(root);
const unlock = lock(join(dist, '.ready.lock'));
try {
  step('dependencies', 'npm ci', dependenciesAreThere(), () => run('npm', ['ci', '--no-audit', '--no-fund']));
  step('compile', 'tsc', stampIs('sources', sources()), () => {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    run(process.execPath, [compiler, '--project', root]);
    stamp('sources', sources());
  });
  removeStale(root, dist);
  if (existsSync(join(dist, 'workflows', 'index.js')))
    step('workflows', 'bundle', stampIs('workflows', workflows()), () => {
      run(process.execPath, ['-e', BUNDLE()]);
      stamp('workflows', workflows());
    });
  step('program', 'bundle', stampIs('program', program()), () => {
    run(process.execPath, [join(root, 'parts', 'bundle-program.mjs')]);
    stamp('program', program());
  });
} finally {
  unlock();
}

/** npm notes in node_modules what it put there: each entry must be that of the lock file, and none may be missing. */
function dependenciesAreThere() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false;
  const installed = JSON.parse(read('node_modules', '.package-lock.json')).packages;
  const { '': _root, ...wanted } = JSON.parse(read('package-lock.json')).packages;
  const isAsWanted = ([path, { version }]) => wanted[path]?.version === version;
  const isThere = ([path, { optional }]) => optional || installed[path];
  return Object.entries(installed).every(isAsWanted) && Object.entries(wanted).every(isThere);
}

function sources() {
  const ours = readdirSync(root).filter((name) => !name.startsWith('.') && !['node_modules', 'dist'].includes(name));
  return fingerprint(
    ours.flatMap(filesBelow).filter((path) => /\.ts$|^tsconfig.*\.json$|^package-lock\.json$/.test(path)),
  );
}

function workflows() {
  return fingerprint(['package-lock.json', ...compiled('workflows', 'src')]);
}

/** Machine code is for one version of Node. */
function program() {
  const made = ['package-lock.json', 'parts/bundle-program.mjs', ...compiled('cli', 'workflows', 'activities', 'src')];
  return `${process.version} ${fingerprint(made)}`;
}

function compiled(...folders) {
  const there = folders.map((name) => join('dist', name)).filter((path) => existsSync(path));
  return there.flatMap(filesBelow).filter((path) => path.endsWith('.js'));
}

function BUNDLE() {
  const files = [
    'workflows/index.js',
    'workflows/sandbox/no-stacks.js',
    'workflows/sandbox/failure-converter.js',
    'workflows.bundle.js',
  ];
  const [from, first, failures, to] = files.map((path) => JSON.stringify(join(dist, path)));
  return `const logger = { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error };
    require('@temporalio/worker').bundleWorkflowCode({ workflowsPath: ${from}, preloadModules: [${first}], failureConverterPath: ${failures}, logger })
      .then(({ code }) => require('fs').writeFileSync(${to}, code))
      .catch((error) => { console.error(error.message); process.exit(1); });`;
}

/** Says what is done and how long it took; nothing where nothing is to do. */
function step(name, how, isDone, action) {
  if (isDone) return;
  const began = Date.now();
  action();
  console.log(`${name.padEnd(12)} ${how}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Its output is shown when it fails, for it is noise otherwise. */
function run(command, args) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout ?? ''}${stderr ?? ''}`.trimEnd());
  console.error(
    `ready: ${command} ${args[0].slice(0, 40)} ended with ${error?.message ?? signal ?? status}. See above.`,
  );
  unlock();
  process.exit(1);
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => (name === 'node_modules' ? [] : filesBelow(join(path, name))));
}

function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function stampIs(name, value) {
  const path = join(dist, `.${name}.stamp`);
  return existsSync(path) && readFileSync(path, 'utf8') === value;
}

function stamp(name, value) {
  writeFileSync(join(dist, `.${name}.stamp`), value);
}

/** Waits while another run works in this clone. A folder is made once; it names its maker, who may have been killed. */
function lock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const owner = join(path, 'pid');
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(path);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(path, owner)) rmSync(path, { recursive: true, force: true });
    else if (attempt === 20) console.log(`ready: waits for another run that prepares this clone, see ${owner}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

function isAbandoned(path, owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (error) {
    // Between making the folder and naming its maker there is a moment.
    return error.code === 'ESRCH' || (existsSync(path) && Date.now() - statSync(path).mtimeMs > 5_000);
  }
}
