import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exec } from 'dockerode';
import { transient } from '../../errors';
import type { ExecOptions, ExecResult } from '../engine';
import { endWith } from '../dial';
import { ask, type Host } from '../host';
import { Tail, takeApart } from './output';

/** The kept end of each stream, in bytes. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Runs a command in a running container. If it cannot start, the exit code is 126 or 127 and the output says why,
 * as in a shell. Fails as `Transient` after `timeoutMs` (kind `timeout`) or when the container is not running (kind
 * `conflict`), and with the signal's reason when stopped; the engine cannot kill the command then.
 */
export async function exec(
  host: Host,
  name: string,
  command: string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const doing = `run ${command[0]} in ${name}`;
  const words = {
    Cmd: command,
    AttachStdin: options.input !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    ...(options.user !== undefined && { User: options.user }),
    ...(options.privileged && { Privileged: true }),
    ...(options.workingDir !== undefined && { WorkingDir: options.workingDir }),
    Env: Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${value}`),
  };
  const made = await ask(host, doing, () => host.docker.getContainer(name).exec(words));
  const { signal } = options;
  return ask(host, doing, () => runToEnd(host, made, doing, options), { withinMs: 0, signal });
}

async function runToEnd(host: Host, made: Exec, doing: string, options: ExecOptions): Promise<ExecResult> {
  const stream = await start(host, made, doing, options);
  const [stdout, stderr] = [new Tail(KEPT_BYTES), new Tail(KEPT_BYTES)];
  const release = endEarly(stream, host, doing, options);
  try {
    const ended = takeApart(host.docker, stream, stdout, stderr);
    if (options.input !== undefined) stream.end(options.input);
    await ended;
  } finally {
    release();
  }
  return { exitCode: await exitCode(host, made, doing), stdout: stdout.text(), stderr: stderr.text() };
}

/** If the container ends at this moment the engine may never answer, and dockerode would wait forever. */
async function start(host: Host, made: Exec, doing: string, { timeoutMs, signal }: ExecOptions): Promise<Duplex> {
  const opening = made.start({ hijack: true, stdin: true });
  try {
    return await ask(host, doing, () => opening, { withinMs: timeoutMs, signal });
  } catch (error) {
    // A late answer is dropped.
    opening.then((late) => late.destroy()).catch(() => undefined);
    throw error;
  }
}

function endEarly(stream: Duplex, host: Host, doing: string, { timeoutMs, signal }: ExecOptions): () => void {
  const message = `${doing}: it did not end within ${timeoutMs} ms`;
  const late = () => stream.destroy(transient({ kind: 'timeout', host: host.name, message }));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  const release = endWith(signal, stream);
  return () => {
    clearTimeout(timer);
    release();
  };
}

async function exitCode(host: Host, made: Exec, doing: string): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const { Running, ExitCode } = await ask(host, doing, () => made.inspect());
    if (!Running && ExitCode !== null) return ExitCode;
    if (attempt > 50) throw new Error("the command's output ended, but the command did not");
    await sleep(Math.min(5 * 2 ** attempt, 100));
  }
}
