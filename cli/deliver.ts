import type { Command } from 'commander';
import { explainError } from './errors';
import { EXIT, type Exit } from './exit';
import { print, printError, printJson } from './print/terminal/output';

/** A command's result, for people (`lines`) and for programs (`json`). */
export interface CommandResult {
  json: unknown;
  lines?: string[];
  exit?: Exit;
}

export interface CommonOptions {
  json?: boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- commander passes whatever the command declares
type Action = (...args: any[]) => Promise<CommandResult>;

/** Sets what a command does. Its result is printed once, at the end, and becomes the exit status. */
export function action(command: Command, run: Action): Command {
  return command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -1);
    const { json } = command.opts<CommonOptions>();
    process.exitCode = await deliver(Boolean(json), () => run(...args));
  });
}

async function deliver(json: boolean, run: () => Promise<CommandResult>): Promise<Exit> {
  try {
    const answer = await run();
    if (json) printJson(answer.json);
    else print(answer.lines ?? []);
    return answer.exit ?? EXIT.done;
  } catch (thrown) {
    const explained = explainError(thrown);
    if (json) printJson({ error: { message: explained.message, next: explained.next, exit: explained.exit } });
    printError(explained);
    return explained.exit;
  }
}

/** Text below the options in a command's help. */
export const examples = (...lines: string[]): string =>
  ['', lines.length > 1 ? 'Examples:' : 'Example:', ...lines.map((line) => `  ${line}`)].join('\n');
