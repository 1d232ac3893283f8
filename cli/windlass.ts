#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Program = typeof import('./main');

/**
 * Where the program starts. A command that only talks to Temporal is run from one file that the build has made of it, with
 * the machine code for it: to find and read the hundreds of files that it consists of takes longer than all it does.
 * `npm run build` makes both anew; without them, or in another version of Node, the files do as well.
 */
const BUNDLE = join(__dirname, '../program.bundle.js');

/** These carry the worker, whose parts must be loaded once, with what they share. */
const FROM_FILES = ['worker', 'dev'];

function load(args: string[]): Program {
  if (args.some((arg) => FROM_FILES.includes(arg)) || !existsSync(BUNDLE)) return require('./main') as Program;
  const code = `${BUNDLE}.code`;
  const cachedData = existsSync(code) ? readFileSync(code) : undefined;
  // It is ASCII, which is read faster by this name.
  const script = new Script(wrap(readFileSync(BUNDLE, 'latin1')), { filename: BUNDLE, cachedData });
  const bundled = { exports: {} as Program };
  const run = script.runInThisContext() as (...scope: unknown[]) => void;
  run(bundled.exports, createRequire(BUNDLE), bundled, BUNDLE, dirname(BUNDLE));
  return bundled.exports;
}

/** Once all is said nothing keeps the process: no call that nobody awaits any more, no socket that an engine leaves open. */
async function run(args: string[]): Promise<void> {
  await load(args).main(args);
  for (const stream of [process.stdout, process.stderr]) await new Promise((said) => stream.write('', said));
  process.exit();
}

void run(process.argv.slice(2));
