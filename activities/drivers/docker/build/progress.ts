import type { Readable } from 'node:stream';
import { describeTrace } from './trace';

export interface ProgressMessage {
  id?: string;
  status?: string;
  progress?: string;
  stream?: string;
  error?: string;
  errorDetail?: { message?: string };
  aux?: string | { Digest?: string; ID?: string };
}

/**
 * Reads such a stream to its end. The engine has answered HTTP 200 before it works, so an error is
 * one of the messages; returns the first. Rejects when the stream breaks off.
 */
export async function followProgress(
  stream: Readable,
  onMessage: (message: ProgressMessage) => void,
): Promise<string | undefined> {
  let failed: string | undefined;
  for await (const line of linesOf(stream)) {
    const message = JSON.parse(line) as ProgressMessage;
    failed ??= message.errorDetail?.message ?? message.error;
    onMessage(message);
  }
  return failed;
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim());
  }
  if (rest.trim()) yield rest;
}

/** The readable lines of a message: `4f2a: Downloading 3MB/9MB`. */
export function describeMessage({ id, status, progress, stream, aux }: ProgressMessage): string[] {
  if (typeof aux === 'string') return describeTrace(aux);
  const text = stream ?? (status ? [id && `${id}:`, status, progress].filter(Boolean).join(' ') : '');
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter(Boolean);
}
