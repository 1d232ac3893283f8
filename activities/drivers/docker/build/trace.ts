import { Root, type Type } from 'protobufjs';

/**
 * Reads BuildKit's own progress messages (`moby.buildkit.v1.StatusResponse`, base64 in `aux`), as
 * far as people need them. dockerode's reader (5.0.1) leaves the output of commands in base64.
 */
const field = (type: string, id: number, rule?: 'repeated') => ({ type, id, ...(rule && { rule }) });
const SCHEMA = {
  nested: {
    StatusResponse: { fields: { vertexes: field('Vertex', 1, 'repeated'), logs: field('Log', 3, 'repeated') } },
    Vertex: {
      fields: {
        name: field('string', 3),
        cached: field('bool', 4),
        started: field('Time', 5),
        completed: field('Time', 6),
        error: field('string', 7),
      },
    },
    Log: { fields: { msg: field('bytes', 4) } },
    Time: { fields: { seconds: field('int64', 1) } },
  },
};

interface StatusResponse {
  vertexes: { name: string; cached: boolean; started?: object; completed?: object; error: string }[];
  logs: { msg: Uint8Array }[];
}

let type: Type | undefined;

/** Lines for starting steps, the output of their commands, and errors. */
export function describeTrace(base64: string): string[] {
  type ??= Root.fromJSON(SCHEMA).lookupType('StatusResponse');
  const { vertexes, logs } = type.decode(Buffer.from(base64, 'base64')) as unknown as StatusResponse;
  const steps = vertexes.flatMap(({ name, cached, started, completed, error }) => {
    if (error) return [`ERROR: ${name}: ${error}`];
    if (completed) return cached ? [`CACHED ${name}`] : [];
    return started ? [name] : [];
  });
  const printed = Buffer.concat(logs.map(({ msg }) => msg))
    .toString('utf8')
    .split(/\r?\n/);
  return [...steps, ...printed].map((line) => line.trimEnd()).filter(Boolean);
}
