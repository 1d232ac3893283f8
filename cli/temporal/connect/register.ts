import { wordsOfCause } from '../../../src/model/failure';
import { SEARCH_ATTRIBUTES } from '../../../src/model/names';
import type { Temporal } from '../../client';
import { UserError } from '../../errors';
import { EXIT } from '../../exit';

/** `INDEXED_VALUE_TYPE_KEYWORD` */
const KEYWORD = 2;
const ALREADY_EXISTS = 6;

/** Registers the search attributes missing in the namespace. Returns their names. */
export async function ensureAttributes(temporal: Temporal): Promise<string[]> {
  const missing = await missingAttributes(temporal);
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  try {
    await temporal.client.connection.operatorService.addSearchAttributes({
      namespace: temporal.namespace,
      searchAttributes,
    });
  } catch (error) {
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw notAllowed(temporal, missing, error);
  }
  return missing;
}

async function missingAttributes({ client, namespace }: Temporal): Promise<string[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter((name) => !(customAttributes && name in customAttributes));
}

/** Managed servers may deny this; then someone with the permission has to register them once. */
function notAllowed({ namespace, address }: Temporal, missing: string[], error: unknown): UserError {
  const commands = missing.map(
    (name) => `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
  );
  return new UserError(
    `Temporal at ${address} does not let this worker register windlass's search attributes: ${wordsOfCause(error)}`,
    EXIT.unreachable,
    ['Register them once, in the UI or with:', ...commands].join('\n'),
  );
}
