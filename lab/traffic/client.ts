import { Agent, request } from 'node:http';

/** What a client saw: how many requests it sent, and why some failed. */
export interface Report {
  sent: number;
  failed: number;
  /** What the failures were, a line each; the first ten. */
  failures: string[];
  /** How often each answer came. */
  answers: Record<string, number>;
}

export interface Target {
  /** Where the proxy listens: `127.0.0.1:8080`. */
  address: string;
  /** The name in the request. */
  host: string;
  path?: string;
}

/** Not a limit for what is slow: a busy machine is no reason to fail. */
const ANSWERED_WITHIN_MS = 120_000;

/**
 * Sends requests at a constant rate until it is stopped, half of them over kept-alive connections and half over new
 * ones. What is not answered with 200 has failed; nothing is sent twice.
 */
export function sendRequests(target: Target, perSecond: number): { stop: () => Promise<Report> } {
  const report: Report = { sent: 0, failed: 0, failures: [], answers: {} };
  const kept = new Agent({ keepAlive: true, maxSockets: 20 });
  const open = new Set<Promise<void>>();
  const send = () => {
    report.sent += 1;
    const one = ask(target, report.sent % 2 === 0 ? kept : undefined)
      .then((answer) => void (report.answers[answer] = (report.answers[answer] ?? 0) + 1))
      .catch((error: Error) => fail(report, error))
      .finally(() => open.delete(one));
    open.add(one);
  };
  const timer = setInterval(send, 1_000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      kept.destroy();
      return report;
    },
  };
}

/** One request; the text of the answer when it is 200, else an error that says what came. */
export function ask({ address, host, path = '/' }: Target, agent?: Agent): Promise<string> {
  const [hostname, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, agent: agent ?? false, headers: { host }, timeout: ANSWERED_WITHIN_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(text)
            : reject(new Error(`${response.statusCode} ${text.slice(0, 80)}`)),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWERED_WITHIN_MS / 1_000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

function fail(report: Report, error: Error): void {
  report.failed += 1;
  if (report.failures.length < 10) report.failures.push(`${new Date().toISOString()} ${error.message}`);
}
