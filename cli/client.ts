import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Told } from './errors';
import { EXIT } from './exit';
import { explainError } from './errors';

/** A connection to Temporal, as Temporal's own conventions say: TEMPORAL_ADDRESS, profiles, TLS, API key. */
export interface Temporal {
  client: Client;
  address: string;
  namespace: string;
  /** The installation's name is its task queue. */
  taskQueue: string;
}

/** How long connecting may take: a person waits for it. */
const CONNECT_TIMEOUT = '3s';

export const installationName = (): string => process.env['WINDLASS_INSTALLATION'] || 'windlass';

/** Does some work with Temporal, and lets go of it. */
export async function withTemporal<T>(work: (temporal: Temporal) => Promise<T>): Promise<T> {
  const temporal = await connect();
  try {
    return await work(temporal);
  } finally {
    await temporal.client.connection.close();
  }
}

/** Connects within a short time, or says which address did not answer. */
export async function connect(): Promise<Temporal> {
  const { connectionOptions, namespace = 'default' } = readConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: CONNECT_TIMEOUT }).catch(
    (error: unknown) => {
      throw notReached(address, error);
    },
  );
  const client = new Client({ connection, namespace });
  return { client, address, namespace, taskQueue: installationName() };
}

/** The connection settings; a profile or file that is not there is the sender's to mend. */
export function readConfig(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    throw new Told(
      `Temporal's settings cannot be read: ${(error as Error).message}`,
      EXIT.input,
      'Look at TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the other TEMPORAL_ variables.',
    );
  }
}

function notReached(address: string, error: unknown): Told {
  const explained = explainError(error);
  if (explained.message.startsWith('Temporal does not let you in'))
    return new Told(explained.message, explained.exit, explained.next);
  return new Told(
    `Temporal is not reached at ${address}.`,
    EXIT.unreachable,
    'Start one on this machine: windlass dev\nOr say where it is:         TEMPORAL_ADDRESS=HOST:7233',
  );
}
