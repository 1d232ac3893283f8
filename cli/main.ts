import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit';
import { printError, printJson } from './print/terminal/output';

interface CommandFile {
  define(command: Command): void;
}

/** Every command's summary and file. A file is loaded only when its command is used. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<CommandFile> }> = {
  init: { summary: 'write a windlass.yaml from your compose file', load: () => import('./commands/setup/init') },
  check: { summary: 'find what a release would refuse', load: () => import('./commands/environment/check') },
  plan: {
    summary: 'show what a release would change in an environment',
    load: () => import('./commands/release/plan'),
  },
  release: { summary: 'release a commit, and follow it', load: () => import('./commands/release/release') },
  approve: { summary: 'let a release go on to the next environment', load: () => import('./commands/release/approve') },
  reject: { summary: 'stop a release that waits for approval', load: () => import('./commands/release/reject') },
  status: { summary: 'show what runs where, and what is pending', load: () => import('./commands/environment/status') },
  history: { summary: 'list releases, decisions and outcomes', load: () => import('./commands/environment/history') },
  diff: { summary: 'compare two releases', load: () => import('./commands/release/diff') },
  parity: {
    summary: 'show how two environments differ, and what of it is declared',
    load: () => import('./commands/environment/parity'),
  },
  rollback: {
    summary: 'take an environment back to an earlier release',
    load: () => import('./commands/release/rollback'),
  },
  eject: { summary: 'leave windlass: back to plain docker compose', load: () => import('./commands/upkeep/eject') },
  forget: {
    summary: 'remove an accessory that left the compose file; its data stays',
    load: () => import('./commands/upkeep/forget'),
  },
  recover: {
    summary: 'rebuild the environments when Temporal’s data is lost',
    load: () => import('./commands/upkeep/recover'),
  },
  clean: { summary: 'remove old releases from the registry', load: () => import('./commands/upkeep/clean') },
  cancel: { summary: 'stop a running release and undo what it did', load: () => import('./commands/release/cancel') },
  freeze: { summary: 'pause rollouts to an environment', load: () => import('./commands/environment/freeze') },
  thaw: { summary: 'end a freeze', load: () => import('./commands/environment/thaw') },
  resolve: { summary: 'answer a release that asks an operator', load: () => import('./commands/release/resolve') },
  ps: { summary: 'show what really runs', load: () => import('./commands/environment/ps') },
  open: { summary: 'open the application in the browser', load: () => import('./commands/environment/open') },
  logs: { summary: "print the end of a service's logs", load: () => import('./commands/environment/logs') },
  trust: { summary: "print a host's key, as the worker sees it", load: () => import('./commands/upkeep/trust') },
  bootstrap: {
    summary: 'start or replace the proxies of an environment',
    load: () => import('./commands/upkeep/bootstrap'),
  },
  docs: { summary: 'print the reference of windlass.yaml', load: () => import('./commands/setup/docs') },
  dev: { summary: 'run Temporal, a registry and a worker on this machine', load: () => import('./commands/setup/dev') },
  codec: { summary: 'let Temporal’s UI show what is encrypted', load: () => import('./commands/setup/codec') },
  worker: { summary: 'run a worker', load: () => import('./commands/setup/worker') },
  completion: {
    summary: 'print the completion for bash, zsh or fish',
    load: () => import('./commands/setup/completion'),
  },
};

const STATUSES = `
Exit statuses:
  0 done   1 unexpected   2 input   3 rolled back   4 rejected   5 cancelled
  6 needs an operator   7 no Temporal or no worker answers

Temporal is found as its own tools do: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, …`;

/** Builds the program with the command these arguments name loaded, and the others as names only. */
export async function buildProgram(args: string[]): Promise<Command> {
  const program = new Command('windlass')
    .description('Durable releases for teams that run containers.')
    .version(version(), '-V, --version')
    .addHelpText('after', STATUSES);
  const wanted = args.find((arg) => Object.hasOwn(COMMANDS, arg));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary);
    if (name !== wanted) continue;
    command.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
    (await load()).define(command);
    command
      .option('--json', 'print one JSON document, for programs')
      .showHelpAfterError(`See: windlass ${name} --help`);
  }
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput({ outputError });
  return program;
}

/** Runs a command line and sets the exit status. */
export async function main(args: string[]): Promise<void> {
  try {
    const program = await buildProgram(args);
    if (args.length === 0) return program.outputHelp();
    const meant = MEANT[args[0]!];
    if (meant) return suggest(args, meant);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const exit = exitOf(error);
    if (exit !== EXIT.done && args.includes('--json'))
      printJson({ error: { message: error.message.replace(/^error: /, ''), exit } });
    process.exitCode = exit;
  }
}

/** Commands of other tools, and the one that does the same here. */
const MEANT: Record<string, string> = {
  deploy: 'release',
  up: 'release',
  push: 'release',
  log: 'logs',
  undo: 'rollback',
  revert: 'rollback',
  down: 'eject',
  stop: 'cancel',
  start: 'dev',
  validate: 'check',
  config: 'docs',
  version: '--version',
};

function suggest(args: string[], meant: string): void {
  const message = `Unknown command ${args[0]}.`;
  if (args.includes('--json')) printJson({ error: { message, exit: EXIT.input } });
  printError({ message, next: `Did you mean: windlass ${meant}`, exit: EXIT.input });
  process.exitCode = EXIT.input;
}

/** Help and version are not errors. Anything else the parser refuses is bad input. */
const exitOf = (error: CommanderError) => (error.exitCode === 0 ? EXIT.done : EXIT.input);

const outputError = (text: string, write: (text: string) => void) => write(text.replace(/^error:/, 'windlass:'));

/** Compiled files are one folder deeper than their sources, or bundled in one file above them. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(join(__dirname, path), 'utf8')) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
