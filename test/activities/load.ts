import { Agent, get } from 'node:http';

export interface Load {
  /** Ends it, and waits for what is in flight. */
  stop(): Promise<{ sent: number; failed: Record<string, number>; answers: Record<string, number> }>;
}

/** Sends requests with keep-alive, one of `paths` after the other, `perSecond` in all, until it is stopped. */
export function startLoad(
  target: { host: string; port: number; hostname: string },
  paths: string[],
  perSecond: number,
): Load {
  const agent = new Agent({ keepAlive: true });
  const failed: Record<string, number> = {};
  const answers: Record<string, number> = {};
  const flights: Promise<void>[] = [];
  const count = (into: Record<string, number>, what: string) => (into[what] = (into[what] ?? 0) + 1);
  const send = () => {
    const path = paths[flights.length % paths.length]!;
    const { host, port, hostname } = target;
    flights.push(
      new Promise((done) => {
        const asked = get({ host, port, path, agent, headers: { host: hostname } }, (response) => {
          let body = '';
          response.on('data', (text) => (body += text));
          response.on('error', (error) => done(void count(failed, error.message)));
          response.on('end', () =>
            done(
              void (response.statusCode === 200
                ? count(answers, body.trim())
                : count(failed, `${response.statusCode}`)),
            ),
          );
        });
        asked.on('error', (error) => done(void count(failed, error.message)));
      }),
    );
  };
  const timer = setInterval(send, 1_000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(flights);
      agent.destroy();
      return { sent: flights.length, failed: failed, answers: answers };
    },
  };
}
