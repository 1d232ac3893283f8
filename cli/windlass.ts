#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Program = typeof import('./main');

/**
 * The program's entry. Commands that only talk to Temporal run from one bundled file with its
 * machine code cached, because loading hundreds of files takes longer than the command. `npm run
 * build` makes both; without them, or in another Node version, the single files work too.
 */
const BUNDLE = join(__dirname, '../program.bundle.js');

/** These commands contain the worker, whose modules must be loaded once only. */
const FROM_FILES = ['worker', 'dev'];

function load(args: string[]): Program {
  if (args.some((arg) => FROM_FILES.includes(arg)) || !existsSync(BUNDLE)) return require('./main') as Program;
  const code = `${BUNDLE}.code`;
  const cachedData = existsSync(code) ? readFileSync(code) : undefined;
  // The file is ASCII, and Node reads latin1 faster.
  const script = new Script(wrap(readFileSync(BUNDLE, 'latin1')), { filename: BUNDLE, cachedData });
  const bundled = { exports: {} as Program };
  const run = script.runInThisContext() as (...scope: unknown[]) => void;
  run(bundled.exports, createRequire(BUNDLE), bundled, BUNDLE, dirname(BUNDLE));
  return bundled.exports;
}

/** Exits once the output is written, whatever calls or sockets are still open. */
async function run(args: string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithTheReader);
  await load(args).main(args);
  for (const stream of [process.stdout, process.stderr]) await new Promise((said) => stream.write('', said));
  process.exit();
}

/** In `windlass history | head` the reader closes the pipe, which is not an error. */
function endWithTheReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

void run(process.argv.slice(2));
