import { secretReference } from '../../model/container/secret';
import type { Manifest, ManifestEnvironment } from '../schema';

/** The file docker compose reads for interpolation. */
const PROJECT_FILE = '.env';

type EnvFiles = Pick<ManifestEnvironment, 'envFiles' | 'variables'>;

const secretOf = (path: string, entry: string) => (path === PROJECT_FILE ? entry : `${path}:${entry}`);

/** Can compose files refer to a secret, `${NAME}`? An entry of an env file of its own cannot be referred to. */
export const isReferable = (secret: string): boolean => !secret.includes(':');

/** Adds every env file entry as a secret; a variable of the same name wins over an entry of `.env`. */
export function withEntries<M extends Pick<Manifest, 'environments'>>(manifest: M): M {
  const environments = Object.entries(manifest.environments).map(([name, said]) => {
    const { envFiles, variables, secrets } = said;
    const entries = Object.entries(envFiles).flatMap(([path, { file, entries }]) =>
      entries
        .filter((entry) => !(path === PROJECT_FILE && entry in variables))
        .map((entry) => [secretOf(path, entry), { entry: [file, entry] as [string, string] }] as const),
    );
    return [name, { ...said, secrets: { ...Object.fromEntries(entries), ...secrets } }] as const;
  });
  return { ...manifest, environments: Object.fromEntries(environments) };
}

/** The content of env files outside the commit: path in the compose files → entry → text with secret references. */
export const entriesOf = ({ envFiles, variables }: EnvFiles): Record<string, Record<string, string>> =>
  Object.fromEntries(
    Object.entries(envFiles).map(([path, { entries }]) => [
      path,
      Object.fromEntries(
        entries.map((entry) => [
          entry,
          (path === PROJECT_FILE ? variables[entry] : undefined) ?? secretReference(secretOf(path, entry)),
        ]),
      ),
    ]),
  );
