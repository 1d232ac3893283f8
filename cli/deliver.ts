import type { Command } from 'commander';
import { explainError } from './errors';
import { EXIT, type Exit } from './exit';
import { print, printError, printJson } from './print/output';

/** What a command comes to: the same answer for people and for programs. */
export interface Answer {
  json: unknown;
  lines?: string[];
  exit?: Exit;
}

export interface CommonOptions {
  json?: boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- commander hands over whatever the command declares
type Deed = (...args: any[]) => Promise<Answer>;

/** Makes a command do this deed: its answer is printed once, at the end, and becomes the exit status. */
export function does(command: Command, deed: Deed): Command {
  return command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -1);
    const { json } = command.opts<CommonOptions>();
    process.exitCode = await deliver(Boolean(json), () => deed(...args));
  });
}

async function deliver(json: boolean, deed: () => Promise<Answer>): Promise<Exit> {
  try {
    const answer = await deed();
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

/** Text that follows the options in a command's help. */
export const examples = (...lines: string[]): string =>
  ['', lines.length > 1 ? 'Examples:' : 'Example:', ...lines.map((line) => `  ${line}`)].join('\n');
