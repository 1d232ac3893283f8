import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { UserError } from './errors';
import { EXIT } from './exit';
import { explainError } from './errors';
import { readCodec } from './temporal/connect/codec';

/** A connection to Temporal, found by Temporal's own conventions: TEMPORAL_ADDRESS, profiles, TLS, API key. */
export interface Temporal {
  client: Client;
  address: string;
  namespace: string;
  taskQueue: string;
}

/** Short, because a person waits. */
const CONNECT_TIMEOUT = '5s';

export const installationName = (): string => process.env['WINDLASS_INSTALLATION'] || 'windlass';

/** Runs `work` with a connection to Temporal and closes it afterwards. */
export async function withTemporal<T>(work: (temporal: Temporal) => Promise<T>): Promise<T> {
  const temporal = await connect();
  try {
    return await work(temporal);
  } finally {
    await temporal.client.connection.close();
  }
}

/** Connects within `CONNECT_MS`, or names the address that did not answer. */
export async function connect(): Promise<Temporal> {
  const codec = readCodec();
  const { connectionOptions, namespace = 'default' } = readConfig();
  const address = connectionOptions.address || 'localhost:7233';
  const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: CONNECT_TIMEOUT }).catch(
    (error: unknown) => {
      throw notReached(address, error);
    },
  );
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [codec] } });
  return { client, address, namespace, taskQueue: installationName() };
}

/** The connection settings. Throws a `UserError` for a missing profile or an unreadable file. */
export function readConfig(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    throw new UserError(
      `Temporal's settings cannot be read: ${(error as Error).message}`,
      EXIT.input,
      'Check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the other TEMPORAL_ variables.',
    );
  }
}

function notReached(address: string, error: unknown): UserError {
  const explained = explainError(error);
  if (explained.message.startsWith('Temporal denied access'))
    return new UserError(explained.message, explained.exit, explained.next);
  return new UserError(
    `Cannot reach Temporal at ${address}.`,
    EXIT.unreachable,
    'Start one on this machine: windlass dev\nOr give its address:        TEMPORAL_ADDRESS=HOST:7233',
  );
}
