import { setTimeout as pause } from 'node:timers/promises';
import type { Verification } from '../../src/manifest/kinds';
import { instanceName } from '../../src/model/names';
import type { Route } from '../../src/model/service';
import type { Answer } from '../drivers/proxy/proxy';
import { redactSaid } from '../redact';
import { askFromWorker } from './from-worker';
import type { Subject, VerificationResult } from './result';

type Http = Extract<Verification, { kind: 'http' }>;

/** Between attempts. */
const PAUSE_MS = 500;
/** How long an answer may take where the manifest does not say. */
const ANSWER_MS = 10_000;

/** Asks a routed service as its users do, by host name and through the proxy, until it answers as expected or attempts run out. */
export async function verifyHttp(subject: Subject, verification: Http): Promise<VerificationResult> {
  const { ctx, environment } = subject;
  const route = environment.routes.find(({ service }) => service === verification.service);
  if (!route)
    return {
      outcome: 'inconclusive',
      why: `${verification.service} has no route in ${environment.name}. Give it one, or verify it with "kind: run"`,
    };
  const wanted = describeWanted(verification);
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(subject, verification, route);
    if (answer === 'unreachable')
      return {
        outcome: 'inconclusive',
        why: `the worker does not reach the proxy of ${ctx.host} at ${ctx.settings.proxyHttp}. Verify it with "from: host"`,
      };
    if (!describeWrong(verification, answer)) return { outcome: 'passed' };
    // Before it is cut short: half a secret would not be found any more.
    const known = await ctx.secrets.known(environment.secrets);
    const wrong = describeWrong(verification, answer, (text) => redactSaid(text, known));
    ctx.watch.onProgress?.(`attempt ${attempt} of ${verification.attempts}: ${wrong}`);
    if (attempt >= verification.attempts)
      return {
        outcome: 'failed',
        expected: wanted,
        got: `${wrong} (${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`,
      };
    await pause(PAUSE_MS, undefined, { signal: ctx.watch.signal });
  }
}

/** While another release answers a part of the requests, the first instance is asked from the proxy, whoever asks else. */
function ask({ ctx, release, isShared }: Subject, { method, path, within, from, service }: Http, route: Route) {
  const { host, port } = route;
  const question = { to: 'routes', host, path, method } as const;
  const timeoutMs = within ?? ANSWER_MS;
  if (isShared) {
    const to = { container: instanceName(ctx.place, release, service), port };
    return ctx.proxy.ask(ctx.engine, ctx.place.installation, { ...question, to }, timeoutMs);
  }
  if (from === 'worker') return askFromWorker(ctx, { ...question, https: route.https }, timeoutMs);
  return ctx.proxy.ask(ctx.engine, ctx.place.installation, question, timeoutMs);
}

function describeWanted({ status, body, header, within }: Http): string {
  const headers = Object.entries(header ?? {}).map(([name, value]) => `${name}: ${value}`);
  const parts = [
    `status ${status}`,
    body === undefined ? undefined : `a body with ${JSON.stringify(body)}`,
    ...headers,
    within === undefined ? undefined : `within ${within} ms`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What is not as expected in an answer; undefined when all is. */
export function describeWrong(
  { status, body, header = {}, within }: Http,
  answer: Answer | undefined,
  strike = (text: string) => text,
): string | undefined {
  if (!answer) return `no answer within ${within ?? ANSWER_MS} ms`;
  if (answer.status !== status) return `status ${answer.status}${inOneLine(strike(answer.body))}`;
  for (const [name, value] of Object.entries(header)) {
    const found = answer.headers[name.toLowerCase()];
    if (found !== value) return found === undefined ? `no header ${name}` : `${name}: ${found}`;
  }
  if (body !== undefined && !answer.body.includes(body))
    return answer.body === ''
      ? 'an empty body'
      : `a body that begins ${JSON.stringify(strike(answer.body).slice(0, 120))}`;
  if (within !== undefined && answer.tookMs > within) return `an answer after ${answer.tookMs} ms`;
  return undefined;
}

/** What an error page says, without its markup. */
function inOneLine(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
}
