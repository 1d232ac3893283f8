import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from './client';
import { holdWebSocket } from './websocket';

/** What a load saw. A request has failed when it was not answered with 200; nothing is ever sent twice. */
export interface LoadReport {
  sent: number;
  failed: number;
  /** What the failures were, a line each; the first twenty. */
  failures: string[];
  /** How often each version answered. */
  answers: Record<string, number>;
  /** WebSockets: how often they echoed, and were closed by the application's stop signal, which is no failure. */
  echoed: number;
  closedByDrain: number;
  /** Milliseconds, of the requests that the application answers at once. */
  latency: { median: number; p99: number; longest: number };
  /** From the first failure to the last. */
  outageMs: number;
  /** For how long requests came in. */
  seconds: number;
}

/** What is sent, in turn: fast and slow, with a body and without, over kept connections and new ones. */
const MIX = [
  { method: 'GET', path: '/', keep: true },
  { method: 'GET', path: '/', keep: false },
  { method: 'POST', path: '/', keep: true },
  { method: 'POST', path: '/', keep: false },
  { method: 'GET', path: '/', keep: true },
  { method: 'GET', path: '/slow', keep: true },
  { method: 'POST', path: '/', keep: true },
  { method: 'GET', path: '/', keep: false },
  { method: 'POST', path: '/slow', keep: false },
  { method: 'GET', path: '/', keep: true },
] as const;

const BODY = Buffer.alloc(1_000, 'x');
const ANSWERED_WITHIN_MS = 30_000;
/** An upload: so many parts, one each so many milliseconds. */
const UPLOAD = { parts: 10, everyMs: 100, part: Buffer.alloc(16 * 1_024, 'x') };

/**
 * Sends requests to an application like `examples/probe`, at a constant rate whatever is answered, spread over
 * the proxies of its hosts, with an upload and a WebSocket always in flight at each, until it is stopped. It goes to loopback or to a network of the test's own, nowhere else.
 */
export function startLoad(targets: Target[], perSecond: number): { stop(): Promise<LoadReport> } {
  for (const { address } of targets) refuseOthers(address);
  const load = new Load(targets);
  const timer = load.sendAt(perSecond);
  const stopping = new AbortController();
  const constant = targets.flatMap((target) => [
    load.upload(target, stopping.signal),
    load.talk(target, stopping.signal),
  ]);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = load.lasted();
      stopping.abort();
      await Promise.all(constant);
      return { ...(await load.end()), seconds };
    },
  };
}

function refuseOthers(address: string): void {
  if (!/^(127\.|10\.|localhost:|\[::1\])/.test(address))
    throw new Error(`${address} is neither loopback nor a network of the test's own`);
}

class Load {
  private readonly began = Date.now();
  private readonly kept = new Agent({ keepAlive: true, maxSockets: 200 });
  private readonly open = new Set<Promise<void>>();
  private readonly took: number[] = [];
  private readonly report = { sent: 0, failed: 0, echoed: 0, closedByDrain: 0 };
  private readonly failures: string[] = [];
  private readonly failedAt: number[] = [];
  private readonly answers: Record<string, number> = {};
  private turn = 0;

  constructor(private readonly targets: Target[]) {}

  /** By the clock: a timer that is late sends what it missed, so that the rate holds on a busy machine. */
  sendAt(perSecond: number): NodeJS.Timeout {
    let sent = 0;
    return setInterval(() => {
      for (const due = ((Date.now() - this.began) * perSecond) / 1_000; sent < due; sent += 1) this.send();
    }, 10);
  }

  private send(): void {
    const kind = MIX[this.turn % MIX.length]!;
    // each host gets the whole mix
    const target = this.targets[Math.floor(this.turn / MIX.length) % this.targets.length]!;
    this.turn += 1;
    const began = Date.now();
    const body = kind.method === 'POST' ? BODY : undefined;
    this.count(`${kind.method} ${kind.path} of ${target.address}`, this.ask(target, kind, body && [body], began));
  }

  /** Counts one request, whatever its result. */
  private count(what: string, asked: Promise<void>): void {
    this.report.sent += 1;
    const one = asked.catch((error: Error) => this.fail(what, error)).finally(() => this.open.delete(one));
    this.open.add(one);
  }

  private fail(what: string, error: Error): void {
    this.report.failed += 1;
    this.failedAt.push(Date.now());
    const { code = '' } = error as NodeJS.ErrnoException;
    if (this.failures.length < 20)
      this.failures.push(`${new Date().toISOString()} ${what}: ${[code, error.message].filter(Boolean).join(' ')}`);
  }

  private async ask(
    target: Target,
    { method, path, keep }: { method: string; path: string; keep: boolean },
    body: AsyncIterable<Buffer> | Buffer[] | undefined,
    began?: number,
  ): Promise<void> {
    const [hostname, port] = target.address.split(':');
    const length = Array.isArray(body) ? { 'content-length': body[0]!.length } : {};
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { host: target.host, ...length };
      const agent = keep ? this.kept : false;
      const sent = request(
        { hostname, port, path, method, headers, agent, timeout: ANSWERED_WITHIN_MS },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (answer += part));
          response.on('error', reject);
          response.on('end', () =>
            response.statusCode === 200
              ? resolve(answer)
              : reject(new Error(`${response.statusCode} ${answer.slice(0, 80)}`)),
          );
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWERED_WITHIN_MS / 1_000} s`)));
      sent.on('error', reject);
      void write(sent, body);
    });
    const expected = /^version \d+( \d+)?$/.exec(text);
    if (!expected) throw new Error(`an answer that is none of the application: ${text.slice(0, 80)}`);
    const version = text.split(' ').slice(0, 2).join(' ');
    this.answers[version] = (this.answers[version] ?? 0) + 1;
    if (began !== undefined && path !== '/slow') this.took.push(Date.now() - began);
  }

  /** One upload after the other; each counts as a request. */
  async upload(target: Target, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const asked = this.ask(target, { method: 'POST', path: '/upload', keep: false }, parts());
      this.count(`upload to ${target.address}`, asked);
      await asked.catch(() => undefined);
    }
  }

  /** One WebSocket after the other: the next is opened when the application says that it goes. */
  async talk(target: Target, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const talked = holdWebSocket(target, signal, () => (this.report.echoed += 1));
      this.count(
        `WebSocket of ${target.address}`,
        talked.then((end) => void (end === 'going away' && (this.report.closedByDrain += 1))),
      );
      await talked.catch(() => pause(100));
    }
  }

  lasted = () => (Date.now() - this.began) / 1_000;

  /** Waits for what is in flight. */
  async end(): Promise<Omit<LoadReport, 'seconds'>> {
    await Promise.all(this.open);
    this.kept.destroy();
    const sorted = this.took.sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return {
      ...this.report,
      failures: this.failures,
      answers: this.answers,
      outageMs: this.failedAt.length > 0 ? Math.max(...this.failedAt) - Math.min(...this.failedAt) : 0,
      latency: { median: at(0.5), p99: at(0.99), longest: at(1) },
    };
  }
}

async function* parts(): AsyncIterable<Buffer> {
  for (let part = 0; part < UPLOAD.parts; part++) {
    yield UPLOAD.part;
    await pause(UPLOAD.everyMs);
  }
}

/** Its errors are those of the request, which are heard there. */
async function write(sent: ReturnType<typeof request>, body: AsyncIterable<Buffer> | Buffer[] = []): Promise<void> {
  for await (const part of body) if (!sent.destroyed) sent.write(part);
  sent.end();
}
