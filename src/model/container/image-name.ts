/**
 * `app`, `app:latest` and `docker.io/library/app` are one name; a digest replaces a tag. An engine takes what is before the first slash for
 * a host where it has a dot, a port or a capital, or is localhost.
 */
export function canonicalImage(reference: string): string {
  const [named = '', digest] = reference.split('@');
  const [, path = named, tag = 'latest'] = /^(.*?)(?::([\w][\w.-]*))?$/.exec(named) ?? [];
  return `${canonicalRepository(path)}${digest ? `@${digest}` : `:${tag}`}`;
}

export const namesRegistry = (reference: string): boolean => /^([^/]*[.:A-Z][^/]*|localhost)\//.test(reference);

function canonicalRepository(path: string): string {
  const parts = path.split('/');
  const [host, below] = namesRegistry(path) ? [parts[0]!, parts.slice(1)] : ['docker.io', parts];
  const hub = host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
  const whole = hub === 'docker.io' && below.length === 1 ? ['library', ...below] : below;
  return [hub, ...whole].join('/');
}

/** The repository of an image with its registry: `docker.io/library/nginx`. */
export const repositoryOfImage = (reference: string): string => canonicalImage(reference).replace(/(@.*|:[^:/]*)$/, '');
