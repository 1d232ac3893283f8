import type { LogMetadata } from '@temporalio/common';
import { wordsOfCause } from '../../src/model/failure';
import { note } from './terminal/output';
import { clean } from './terminal/text';

/** A log entry of the worker, as the SDK passes it. */
export interface LogEntry {
  level: string;
  timestampNanos: bigint;
  message: string;
  meta?: LogMetadata;
}

/** Writes an entry to stderr as one line; the SDK would print its whole state. */
export const printLogEntry = (entry: LogEntry): void => note(logEntryLine(entry));

/** `2026-11-24T04:25:22Z WARN Activity failed: readSource of release/shop/3f2a91c0de: windlass.yaml:3:3 …` */
export function logEntryLine({ level, timestampNanos, message, meta = {} }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString().replace(/\.\d+Z$/, 'Z');
  const { activityType, workflowType, workflowId, error } = meta;
  const what = [activityType ?? workflowType, workflowId && `of ${workflowId}`].filter(Boolean).join(' ');
  const why = error && wordsOfCause(error);
  return clean(`${time} ${level} ${[message, what, why].filter(Boolean).join(': ')}`.replaceAll('\n', ' | '));
}
