import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { cannot, type ClusterCall, noAnswer, refused } from './errors';
import type { ClusterAccess } from './access';

/** The time limit of an answer with its body. */
const ANSWERS_WITHIN_MS = 30_000;
/** No list of one environment's objects is as large. */
const LARGEST = 32 * 1024 * 1024;

export interface ClusterRequest {
  doing: string;
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  contentType?: string;
  withinMs?: number;
  /** Every status is an answer. */
  anyStatus?: boolean;
}

export interface ClusterResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The API server of a cluster, until the signal. */
export class ClusterConnection {
  private readonly agent: Agent;
  private token: string | undefined;

  constructor(
    readonly access: ClusterAccess,
    private readonly signal?: AbortSignal,
  ) {
    this.agent = agentFor(access);
    this.token = access.token;
  }

  async json<T>(ask: ClusterRequest): Promise<T> {
    const { body } = await this.ask(ask);
    try {
      return JSON.parse(body) as T;
    } catch {
      throw cannot(
        this.call(ask),
        'refused',
        'answers something that is no JSON. Expected the API of Kubernetes there',
      );
    }
  }

  /** Sends a request. A login that is refused is read again, once: it may have been replaced since. */
  async ask(ask: ClusterRequest): Promise<ClusterResponse> {
    let answer = await this.send(ask);
    if (answer.status === 401 && this.access.renewToken) {
      this.token = await this.access.renewToken();
      answer = await this.send(ask);
    }
    if (answer.status < 300 || (ask.anyStatus && answer.status !== 401)) return answer;
    throw refused(this.call(ask), answer.status, answer.body);
  }

  private async send(ask: ClusterRequest): Promise<ClusterResponse> {
    const { withinMs = ANSWERS_WITHIN_MS } = ask;
    const late = AbortSignal.timeout(withinMs);
    const signal = this.signal ? AbortSignal.any([this.signal, late]) : late;
    const url = this.urlOf(ask);
    try {
      return await this.exchange(url, ask, signal);
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error === TOO_LARGE)
        throw cannot(this.call(ask), 'too-large', `answers with more than ${LARGEST / 1024 / 1024} MB`);
      throw noAnswer(this.call(ask), late.aborted ? late.reason : error, withinMs);
    }
  }

  private exchange(url: URL, ask: ClusterRequest, signal: AbortSignal): Promise<ClusterResponse> {
    const { method = 'GET', body, contentType = 'application/json' } = ask;
    const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent: this.agent,
      signal,
      headers: {
        accept: 'application/json',
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(data && { 'content-type': contentType, 'content-length': data.length }),
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, options, (answer) => void readAnswer(answer).then(resolve, reject));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // A connection that was kept may be closed at the moment that it is used again: what only reads is asked once more.
        const isStale = sent.reusedSocket && error.code === 'ECONNRESET' && method === 'GET' && !signal.aborted;
        if (isStale) this.exchange(url, ask, signal).then(resolve, reject);
        else reject(error);
      });
      sent.end(data);
    });
  }

  /** A name such as `..` must not lead to another path. */
  private urlOf(ask: ClusterRequest): URL {
    const wanted = this.access.server.pathname.replace(/\/$/, '') + ask.path;
    const url = new URL(wanted, this.access.server);
    if (url.pathname + url.search !== wanted.split('#')[0])
      throw cannot(this.call(ask), 'bad-name', `has no such path: ${ask.path}`);
    return url;
  }

  private call = ({ doing }: ClusterRequest): ClusterCall => ({ server: this.access.server.host, doing });
}

const TOO_LARGE = new Error('too large');

async function readAnswer(answer: IncomingMessage): Promise<ClusterResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw TOO_LARGE;
    chunks.push(chunk);
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString(),
  };
}

/** One for each cluster and client certificate, so that connections outlive activities: a handshake takes longer than most calls. */
const agents = new Map<string, Agent>();
/** Replaced certificates leave agents behind, whose connections close by themselves. */
const MOST_AGENTS = 50;

function agentFor({ server, tls }: ClusterAccess): Agent {
  const key = createHash('sha256')
    .update(JSON.stringify([server.href, tls]))
    .digest('hex');
  const known = agents.get(key);
  if (known) return known;
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 16, maxFreeSockets: 4, timeout: 60_000 });
  agents.set(key, agent);
  if (agents.size > MOST_AGENTS) agents.delete(agents.keys().next().value!);
  return agent;
}
