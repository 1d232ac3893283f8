import type { Draft, EnvironmentRecord } from '../../src/manifest/record/record';
import { describeSource } from '../../src/model/container/secret';
import type { Failure } from '../../src/model/failure';
import { secretsWithin } from '../secrets/secret-hashes';
import { SecretReader } from '../secrets';

/** Secrets that a release would need, and that the worker cannot read now, for one reason. */
export interface Unreadable {
  environment: string;
  /** Where the manifest declares them. */
  key: 'secrets' | 'envFiles';
  /** `TOKEN (env SHOP_TOKEN)`, or the names of a file that gives several. */
  names: string[];
  why: string;
}

/** The secrets of all environments that this worker cannot read: without them a release would end only after its build. */
export async function findUnreadable({ environments }: Pick<Draft, 'environments'>): Promise<Unreadable[]> {
  const reader = new SecretReader(process.env, true);
  const each = environments.flatMap((environment) =>
    usedBy(environment).map(async (name): Promise<Unreadable[]> => {
      const source = environment.secrets[name];
      const found = source ? await reader.find(source) : { lacks: 'no such secret is declared' };
      const isEntry = source !== undefined && 'entry' in source;
      const what = source && !isEntry ? `${name} (${describeSource(source)})` : name;
      const key = isEntry ? 'envFiles' : 'secrets';
      return 'value' in found ? [] : [{ environment: environment.name, key, names: [what], why: found.lacks }];
    }),
  );
  return byReason((await Promise.all(each)).flat());
}

/** An env file that is missing lacks all its entries, and is one thing to fix. */
function byReason(all: Unreadable[]): Unreadable[] {
  const found = new Map<string, Unreadable>();
  for (const one of all) {
    const key = JSON.stringify([one.environment, one.why]);
    found.set(key, { ...one, names: [...(found.get(key)?.names ?? []), ...one.names] });
  }
  return [...found.values()];
}

function usedBy(environment: EnvironmentRecord): string[] {
  const { secrets: _, variables: _variables, ...used } = environment;
  return secretsWithin(used);
}

/** Why a release does not begin. */
export function describeUnreadable(lacking: Unreadable[]): Failure {
  const all = lacking.flatMap(({ names }) => names);
  const count = all.length === 1 ? 'a secret' : `${all.length} secrets`;
  const places = [...new Set(lacking.map(({ environment }) => environment))].join(' and ');
  const lines = lacking.map(({ environment, names, why }) => `${environment}: ${names.join(', ')}: ${why}`);
  return {
    kind: 'no-secret',
    message: [`${count} of ${places} cannot be read, so nothing was built`, ...lines].join('\n'),
  };
}
