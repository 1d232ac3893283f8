/**
 * A repository's address in one spelling, for patterns and for what is asked: `git@HOST:team/app.git` is `ssh://git@HOST/team/app`, a
 * path of the worker `/srv/app`. Undefined where its path could mean another one (`..`, encoded signs, a query).
 */
export function sourceAddress(url: string): string | undefined {
  const [, protocol, login = '', host = '', port = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/@]*@)?(\[[^\]]*\]|[^/:]*)(:\d+)?(\/.*)?$/i.exec(url) ?? [];
  if (protocol !== undefined) return written(protocol.toLowerCase(), login, host.toLowerCase(), port, rest);
  if (url.startsWith('/')) return isPlain(url) ? withoutSuffix(url) : undefined;
  const [, user = '', server, path = ''] = /^([^/@:]+@)?([^/:@]+):(?!\/\/)(.*)$/.exec(url) ?? [];
  return server === undefined
    ? undefined
    : written('ssh', user, server.toLowerCase(), '', `/${path.replace(/^\/+/, '')}`);
}

function written(protocol: string, login: string, host: string, port: string, path: string): string | undefined {
  if (!isPlain(path)) return undefined;
  if (protocol === 'file') return withoutSuffix(path);
  const usual = { https: ':443', http: ':80', ssh: ':22', git: ':9418' }[protocol];
  // Who logs in by SSH decides what is read there; of HTTP it is a credential.
  const user = protocol === 'ssh' ? login.replace(/:.*@/, '@') : '';
  return `${protocol}://${user}${host}${port === usual ? '' : port}${withoutSuffix(path)}`;
}

const withoutSuffix = (path: string) => path.replace(/\/+$/, '').replace(/\.git$/, '');

const isPlain = (path: string) => !/[?#%\\]|\/\/|(^|\/)\.\.?(\/|$)/.test(path);
