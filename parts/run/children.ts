import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, lastLines } from './commands';
import { inOneLine } from '../find/missing';
import { identify, isAlive, type ProcessId } from './processes';

export interface Child extends ProcessId {
  /** The file that its output goes to. */
  log: string;
}

/**
 * Starts a program that is to run on; its output goes to the file `log`. It is in a process group of its own, so that
 * Ctrl-C reaches us alone and we stop things in our order. Throws when there is no such program.
 */
export async function startChild(command: string, args: string[], log: string): Promise<Child> {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { detached: true, env: environment(), stdio: ['ignore', output, output] });
  closeSync(output);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  // waitUntil recognizes a process that has already ended.
  return { ...(identify(child.pid!) ?? { pid: child.pid!, started: 'ended' }), log };
}

/** Waits until `answers` does not throw. Throws with the last lines of the child's output when it ends or time is up. */
export async function waitUntil(child: Child, timeoutMs: number, answers: () => Promise<unknown>): Promise<void> {
  const said = () => lastLines(readFileSync(child.log, 'utf8'));
  try {
    await poll(timeoutMs, answers, () => isAlive(child));
  } catch (error) {
    throw new Error(isAlive(child) ? `${inOneLine(error)}\n${said()}` : `it ended at once: ${said()}`);
  }
}

/** Asks until there is an answer. Throws the last refusal when time is up, or when there is no hope any more. */
export async function poll(timeoutMs: number, ask: () => Promise<unknown>, hope = () => true): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!hope()) throw error;
      if (Date.now() > until) throw new Error(`no answer in ${timeoutMs} ms: ${inOneLine(error)}`);
    }
    await sleep(25);
  }
}
