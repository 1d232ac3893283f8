import { withoutCredentials } from '../../../src/model/text/address';
import { GitFailure } from './errors';

/** Git's message about a redirect, which it does not follow, because a server could send it anywhere. */
export const wasRedirected = (stderr: string) => /returned error: 30[12378]/.test(stderr);

const SERVICE = '/info/refs?service=git-upload-pack';
const WITHIN_MS = 10_000;

/**
 * The target of a redirect, if it is on the same host, as for a renamed repository or one written
 * without `.git`. Throws `GitFailure` otherwise.
 */
export async function followRedirect(url: string, signal?: AbortSignal): Promise<string> {
  const to = await askWhere(url, signal);
  if (to === undefined) throw refused(url, 'another address');
  const from = new URL(url);
  if (to.host !== from.host || to.protocol !== from.protocol || !to.href.includes(SERVICE))
    throw refused(url, withoutCredentials(to.href));
  return new URL(to.pathname.replace(/\/info\/refs$/, ''), from).href.replace('://', `://${loginOf(from)}`);
}

async function askWhere(url: string, signal?: AbortSignal): Promise<URL | undefined> {
  const asked = new URL(url);
  asked.username = asked.password = asked.search = '';
  const limit = AbortSignal.timeout(WITHIN_MS);
  try {
    const answer = await fetch(`${asked.href.replace(/\/$/, '')}${SERVICE}`, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const location = answer.headers.get('location');
    return location === null ? undefined : new URL(location, asked);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

const loginOf = ({ username, password }: URL) =>
  username || password ? `${username}${password && `:${password}`}@` : '';

const refused = (url: string, to: string) =>
  new GitFailure(
    {
      kind: 'redirected',
      message: `${withoutCredentials(url)} redirects to ${to}. The worker follows no redirect to another host: use the new address if you trust it`,
    },
    false,
  );
