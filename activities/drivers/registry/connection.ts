import { permanent } from '../errors';
import type { RegistryAddress } from './address';
import { noAnswer, type Question, refusal } from './errors';
import { basic, type Challenge, type Credentials, readChallenge, tokenUrl } from './login';

/** The longest that a registry may take for one answer, its body included. What is asked here is small: no layers. */
const ANSWERS_WITHIN_MS = 30_000;

export interface Ask {
  /** For messages: `read team/app:1`. */
  doing: string;
  method?: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** `/v2/…`, or the whole address where the registry gave one. */
  path: string;
  repository: string;
  /** What is to be done there: tokens are given for it. */
  access: 'pull' | 'pull,push';
  headers?: Record<string, string>;
  body?: Buffer;
  /** Statuses that are an answer and no failure, besides 200 to 299. */
  fine?: number[];
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** One registry, and who asks it, until the signal is given. Tokens are kept until they are refused. */
export class Connection {
  private readonly logins = new Map<string, string>();

  constructor(
    readonly address: RegistryAddress,
    private readonly credentials: Credentials | undefined,
    private readonly withinMs = ANSWERS_WITHIN_MS,
    private readonly signal?: AbortSignal,
  ) {}

  /** Asks, logging in when the registry wants it. Fails as `Permanent` or `Transient`, naming registry and thing. */
  async ask(ask: Ask): Promise<Answer> {
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

  private async send(ask: Ask, authorization?: string): Promise<Answer> {
    const { method = 'GET', body, headers } = ask;
    const url = new URL(ask.path, this.address.url);
    // A place to upload to may be another host's; the login is for this one.
    const isOwn = url.origin === this.address.url;
    const init = {
      method,
      headers: { ...headers, ...(authorization && isOwn && { authorization }) },
      ...(body && { body }),
    };
    return this.fetch(this.question(ask), url, init);
  }

  private async fetch(question: Question, url: URL, init: RequestInit): Promise<Answer> {
    const late = AbortSignal.timeout(this.withinMs);
    try {
      const signal = this.signal ? AbortSignal.any([this.signal, late]) : late;
      const response = await fetch(url, { ...init, signal });
      return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      this.signal?.throwIfAborted();
      throw noAnswer(question, error, this.withinMs);
    }
  }

  /** What is sent as `Authorization` from now on; undefined when there is nothing to say. */
  private async login(ask: Ask, refused: Answer, scope: string): Promise<string | undefined> {
    const challenge = readChallenge(refused.headers.get('www-authenticate'));
    if (challenge?.scheme === 'basic') return this.credentials && basic(this.credentials);
    return challenge?.scheme === 'bearer' ? this.token(ask, challenge, scope) : undefined;
  }

  private async token(ask: Ask, challenge: Challenge, scope: string): Promise<string> {
    const question = { host: this.address.host, doing: `${ask.doing} (log in)` };
    const url = tokenUrl(challenge, this.address.url, scope);
    if (!url) throw permanent({ kind: 'unauthorised', message: untrustedRealm(question, challenge) });
    const headers: Record<string, string> = this.credentials ? { authorization: basic(this.credentials) } : {};
    const { status, body } = await this.fetch(question, url, { headers });
    if (status !== 200) throw refusal(question, status, body.toString());
    const { token, access_token } = JSON.parse(body.toString()) as { token?: string; access_token?: string };
    return `Bearer ${token ?? access_token}`;
  }

  private question = ({ doing }: Ask): Question => ({ host: this.address.host, doing });
}

const untrustedRealm = ({ host, doing }: Question, { parameters }: Challenge) =>
  `${doing}: the registry ${host} sends logins to ${parameters['realm'] ?? 'nowhere'}. Expected an https address; ask whoever runs it`;
