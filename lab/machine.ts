import { cpus, loadavg } from 'node:os';
import { clientOf } from '../parts/server/engine-client';

interface Measured {
  engine: { host: string };
  temporal: { version: string };
}

/** On what it was measured, in one line. */
export async function describeMachine({ parts }: { parts: Measured }): Promise<string> {
  const { Version: engine } = await clientOf(parts.engine.host).version();
  return `${cpus().length} cores, Node ${process.versions.node}, Docker engine ${engine}, Temporal ${parts.temporal.version} on SQLite; load average at the start ${loadavg()[0]!.toFixed(1)}`;
}
