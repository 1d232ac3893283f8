import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  timeoutMs?: number;
}

/**
 * Runs a command to its end and returns what it wrote to stdout.
 * Throws an Error that names the command, how it ended and the last lines that it wrote.
 */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { env, cwd, timeoutMs = 0 } = options;
  return new Promise((resolve, reject) => {
    const settings = { env: { ...environment(), ...env }, cwd, timeout: timeoutMs, maxBuffer: 64 << 20 };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.code === 'ENOENT') return reject(new Error(`no ${command} on PATH`));
      const how = error.killed ? `took longer than ${timeoutMs} ms` : `ended with ${error.code ?? error.signal}`;
      reject(new Error(`${command} ${args[0] ?? ''} ${how}: ${lastLines(stderr || stdout)}`));
    });
  });
}

/** The last lines of a text, for a message. */
export function lastLines(text: string, count = 5): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** The full path of a program, undefined when there is none. */
export function findProgram(name: string): string | undefined {
  return searchPath()
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** The environment for programs: ours, with a PATH on which theirs are, too. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath().join(delimiter) };
}

/** Root may have come by `su`, whose PATH lacks root's own programs. */
const searchPath = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
