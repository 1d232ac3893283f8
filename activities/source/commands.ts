import type { Draft } from '../../src/manifest/record/record';
import { asSentence } from '../../src/model/text/path';
import type { Problem } from '../../src/model/text/problem';
import type { SecretSource } from '../../src/model/release';
import { type Env, refuseCommand } from '../secrets/secret-sources';

/** Refuses secret programs this worker may not run, because no release could be planned here. */
export function checkCommands(
  file: string,
  { registry, environments }: Pick<Draft, 'registry' | 'environments'>,
  env: Env,
): Problem[] {
  const said: [path: string, source: SecretSource | undefined][] = [
    ['registry.username', registry.username],
    ['registry.password', registry.password],
    ...environments.flatMap(({ name, secrets }) =>
      Object.entries(secrets).map(([secret, source]): [string, SecretSource] => [
        `environments.${name}.secrets.${secret}`,
        source,
      ]),
    ),
  ];
  return said.flatMap(([path, source]) => {
    const refusal = source && 'exec' in source ? refuseCommand(source, env) : undefined;
    return refusal ? [{ file, path, message: asSentence(refusal) }] : [];
  });
}
