import { failureIn, permanent } from '../errors';
import type { RegistryAddress } from './address';
import { noAnswer, type RegistryRequest, refusal } from './errors';
import { basic, type Challenge, type Credentials, readChallenge, readToken, tokenUrl } from './login';

/** The time limit of an answer with its body. All requests are small: no layers. */
const ANSWERS_WITHIN_MS = 30_000;
/** The largest body that is read: anyone who may write to a registry can put there what no memory holds. */
const LARGEST = 32 * 1024 * 1024;

export interface RegistryCall {
  doing: string;
  method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  repository: string;
  access: 'pull' | 'pull,push' | 'pull,push,delete';
  headers?: Record<string, string>;
  body?: Buffer;
  fine?: number[];
}

export interface RegistryResponse {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** One registry and its login, until the signal. Tokens are kept until they are refused. */
export class RegistryConnection {
  private readonly logins = new Map<string, string>();

  constructor(
    readonly address: RegistryAddress,
    private readonly credentials: Credentials | undefined,
    private readonly withinMs = ANSWERS_WITHIN_MS,
    private readonly signal?: AbortSignal,
  ) {}

  /** Sends a request and logs in if needed. Fails as `Permanent` or `Transient`, naming registry and subject. */
  async ask(ask: RegistryCall): Promise<RegistryResponse> {
    const scope = `repository:${ask.repository}:${ask.access}`;
    let answer = await this.send(ask, this.logins.get(scope));
    if (answer.status === 401) {
      const login = await this.login(ask, answer, scope);
      if (login) {
        this.logins.set(scope, login);
        answer = await this.send(ask, login);
      }
    }
    if (answer.status < 300 || ask.fine?.includes(answer.status)) return answer;
    throw refusal(this.question(ask), answer.status, answer.body.toString());
  }

  private async send(ask: RegistryCall, authorization?: string): Promise<RegistryResponse> {
    const { method = 'GET', body, headers } = ask;
    const url = new URL(ask.path, this.address.url);
    // An upload's location may be on another host; the login is only for this one.
    const isOwn = url.origin === this.address.url;
    const init = {
      method,
      headers: { ...headers, ...(authorization && isOwn && { authorization }) },
      ...(body && { body }),
    };
    const question = this.question(ask);
    const once = () => this.fetch(question, url, init);
    // A connection that was kept may be closed at the moment that it is used again: what only reads is asked once more.
    return isReading(method)
      ? once().catch((error: unknown) => (wasClosed(error) ? once() : Promise.reject(error as Error)))
      : once();
  }

  private async fetch(question: RegistryRequest, url: URL, init: RequestInit): Promise<RegistryResponse> {
    const late = AbortSignal.timeout(this.withinMs);
    try {
      const signal = this.signal ? AbortSignal.any([this.signal, late]) : late;
      const response = await fetch(url, { ...init, signal });
      return { status: response.status, headers: response.headers, body: await readBody(response, question) };
    } catch (error) {
      this.signal?.throwIfAborted();
      if (failureIn(error)) throw error;
      throw noAnswer(question, error, this.withinMs);
    }
  }

  /** The `Authorization` header from now on; undefined when there is none. */
  private async login(ask: RegistryCall, refused: RegistryResponse, scope: string): Promise<string | undefined> {
    const challenge = readChallenge(refused.headers.get('www-authenticate'));
    if (challenge?.scheme === 'basic') return this.credentials && basic(this.credentials);
    return challenge?.scheme === 'bearer' ? this.token(ask, challenge, scope) : undefined;
  }

  private async token(ask: RegistryCall, challenge: Challenge, scope: string): Promise<string> {
    const question = { host: this.address.host, doing: `${ask.doing} (log in)` };
    const url = tokenUrl(challenge, this.address.url, scope);
    if (!url) throw permanent({ kind: 'unauthorised', message: untrustedRealm(question, challenge) });
    const headers: Record<string, string> = this.credentials ? { authorization: basic(this.credentials) } : {};
    const { status, body } = await this.fetch(question, url, { headers });
    if (status !== 200) throw refusal(question, status, body.toString());
    const token = readToken(body.toString());
    if (token === undefined) throw permanent({ kind: 'unauthorised', message: noToken(question) });
    return `Bearer ${token}`;
  }

  private question = ({ doing }: RegistryCall): RegistryRequest => ({ host: this.address.host, doing });
}

async function readBody({ body }: Response, { host, doing }: RegistryRequest): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > LARGEST)
      throw permanent({
        kind: 'too-large',
        message: `${doing}: the registry ${host} answers with more than ${LARGEST / 1024 / 1024} MB. Expected JSON that windlass wrote; find out who put it there`,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const isReading = (method: string) => method === 'GET' || method === 'HEAD';

const wasClosed = (error: unknown) =>
  failureIn(error)?.kind === 'unreachable' && /UND_ERR_SOCKET|ECONNRESET/.test(String(error));

const noToken = ({ host, doing }: RegistryRequest) =>
  `${doing}: where the registry ${host} sends logins answers without a token. Ask its operator`;

const untrustedRealm = ({ host, doing }: RegistryRequest, { parameters }: Challenge) =>
  `${doing}: the registry ${host} sends logins to ${parameters['realm'] ?? 'nowhere'}. Expected an https address; ask its operator`;
