import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit';
import { printJson } from './print/output';

interface CommandFile {
  define(command: Command): void;
}

/** Every command: a line for the list, and its file, which is read only when the command is named. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<CommandFile> }> = {
  init: { summary: 'write a windlass.yaml from your compose file', load: () => import('./commands/init') },
  check: { summary: 'say what is wrong with a commit, before it is released', load: () => import('./commands/check') },
  plan: { summary: 'show what a release would change in an environment', load: () => import('./commands/plan') },
  release: { summary: 'release a commit, and follow it', load: () => import('./commands/release') },
  approve: { summary: 'let a release go on to the next environment', load: () => import('./commands/approve') },
  reject: { summary: 'stop a release that waits for approval', load: () => import('./commands/reject') },
  status: { summary: 'say what is where, and what waits', load: () => import('./commands/status') },
  history: { summary: 'list releases, decisions and outcomes', load: () => import('./commands/history') },
  diff: { summary: 'show what a release has otherwise than another', load: () => import('./commands/diff') },
  parity: {
    summary: 'show how two environments differ, and what of it is declared',
    load: () => import('./commands/parity'),
  },
  rollback: { summary: 'take an environment back to an earlier release', load: () => import('./commands/rollback') },
  eject: { summary: 'leave windlass: back to plain docker compose', load: () => import('./commands/eject') },
  cancel: { summary: 'stop a running release and undo what it did', load: () => import('./commands/cancel') },
  freeze: { summary: 'let nothing change in an environment for now', load: () => import('./commands/freeze') },
  thaw: { summary: 'end a freeze', load: () => import('./commands/thaw') },
  resolve: { summary: 'answer a release that asks an operator', load: () => import('./commands/resolve') },
  logs: { summary: "show a service's last lines", load: () => import('./commands/logs') },
  trust: { summary: "print a host's key, as the worker sees it", load: () => import('./commands/trust') },
  bootstrap: { summary: 'start or replace the proxies of an environment', load: () => import('./commands/bootstrap') },
  docs: { summary: 'print the reference of windlass.yaml', load: () => import('./commands/docs') },
  dev: { summary: 'run Temporal and a worker on this machine', load: () => import('./commands/dev') },
  worker: { summary: 'run a worker', load: () => import('./commands/worker') },
};

const STATUSES = `
Exit statuses:
  0 done   1 unexpected   2 input   3 rolled back   4 rejected   5 cancelled
  6 asks an operator   7 Temporal not reached, or no worker answers

Temporal is found as its own tools find it: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, …`;

/** The program, with the command of these arguments ready to run and the others by name only. */
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

/** Runs a command line; the exit status is set when it ends. */
export async function main(args: string[]): Promise<void> {
  try {
    const program = await buildProgram(args);
    if (args.length === 0) return program.outputHelp();
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const exit = exitOf(error);
    if (exit !== EXIT.done && args.includes('--json'))
      printJson({ error: { message: error.message.replace(/^error: /, ''), exit } });
    process.exitCode = exit;
  }
}

/** Help and version are no errors; whatever else the parser refuses is input. */
const exitOf = (error: CommanderError) => (error.exitCode === 0 ? EXIT.done : EXIT.input);

const outputError = (text: string, write: (text: string) => void) => write(text.replace(/^error:/, 'windlass:'));

/** Compiled files lie one folder deeper than their sources, or in one file above them. */
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
