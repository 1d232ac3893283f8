import { setTimeout as pause } from 'node:timers/promises';
import type { Verification } from '../../src/manifest/kinds';
import type { Route } from '../../src/model/service';
import { redactSaid } from '../secrets/redact';
import type { HttpAnswer } from '../targets/driver';
import type { Subject, VerificationResult } from './result';

type Http = Extract<Verification, { kind: 'http' }>;

const PAUSE_MS = 500;
/** The default time limit of an answer. */
const ANSWER_MS = 10_000;

/**
 * Requests a routed service as its users do, by host name and through the proxy, until the answer
 * is as expected or attempts run out.
 */
export async function verifyHttp(subject: Subject, verification: Http): Promise<VerificationResult> {
  const { ctx, environment } = subject;
  const route = environment.routes.find(
    ({ service, protocol }) => service === verification.service && protocol !== 'tcp',
  );
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
        why: `the worker cannot reach the proxy of ${ctx.target.name} at ${ctx.settings.proxyHttp}. Verify it with "from: host"`,
      };
    if (!describeWrong(verification, answer)) return { outcome: 'passed' };
    // Redacted before it is cut, because half a secret would not be recognized.
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

function ask(
  { ctx, driver, release, isShared }: Subject,
  { method, path, within, from }: Http,
  route: Route,
): Promise<HttpAnswer | 'unreachable' | undefined> {
  return driver.ask(ctx, { release, route, path, method, from, isShared, timeoutMs: within ?? ANSWER_MS });
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

/** What is wrong in an answer; undefined when nothing is. */
export function describeWrong(
  { status, body, header = {}, within }: Http,
  answer: HttpAnswer | undefined,
  strike = (text: string) => text,
): string | undefined {
  if (!answer) return `no answer within ${within ?? ANSWER_MS} ms`;
  if (answer.status !== status) return `status ${answer.status}${inOneLine(strike(answer.body))}`;
  for (const [name, value] of Object.entries(header)) {
    const found = answer.headers[name.toLowerCase()];
    if (found !== value) return found === undefined ? `no header ${name}` : `${name}: ${strike(found)}`;
  }
  if (body !== undefined && !answer.body.includes(body))
    return answer.body === ''
      ? 'an empty body'
      : `a body that begins ${JSON.stringify(strike(answer.body).slice(0, 120))}`;
  if (within !== undefined && answer.tookMs > within) return `an answer after ${answer.tookMs} ms`;
  return undefined;
}

function inOneLine(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
}
