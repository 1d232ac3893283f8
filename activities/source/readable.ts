import type { Draft, EnvironmentRecord } from '../../src/manifest/record/record';
import { describeSource } from '../../src/model/container/secret';
import type { Failure } from '../../src/model/failure';
import { secretsWithin } from '../secrets/secret-hashes';
import { SecretReader } from '../secrets';

/** A secret that a release would need, and that the worker cannot read now. */
export interface Unreadable {
  environment: string;
  name: string;
  why: string;
}

/** The secrets of all environments that this worker cannot read: without them a release would end only after its build. */
export async function findUnreadable({ environments }: Pick<Draft, 'environments'>): Promise<Unreadable[]> {
  const reader = new SecretReader(process.env, true);
  const each = environments.flatMap((environment) =>
    usedBy(environment).map(async (name): Promise<Unreadable[]> => {
      const source = environment.secrets[name];
      const found = source ? await reader.find(source) : { lacks: 'no such secret is declared' };
      const what = source ? `${name} (${describeSource(source)})` : name;
      return 'value' in found ? [] : [{ environment: environment.name, name: what, why: found.lacks }];
    }),
  );
  return (await Promise.all(each)).flat();
}

function usedBy(environment: EnvironmentRecord): string[] {
  const { secrets: _, variables: _variables, ...used } = environment;
  return secretsWithin(used);
}

/** Why a release does not begin. */
export function describeUnreadable(lacking: Unreadable[]): Failure {
  const count = lacking.length === 1 ? 'a secret' : `${lacking.length} secrets`;
  const places = [...new Set(lacking.map(({ environment }) => environment))].join(' and ');
  const lines = lacking.map(({ environment, name, why }) => `${environment}: ${name}: ${why}`);
  return {
    kind: 'no-secret',
    message: [`${count} of ${places} cannot be read, so nothing was built`, ...lines].join('\n'),
  };
}
