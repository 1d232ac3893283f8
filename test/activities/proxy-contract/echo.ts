import { request } from 'node:http';
import type { Settings } from '../../../activities/settings';
import { parts } from '../../setup/parts';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';

export const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

/** Says what it was asked, after as long as the query wants; while there is /tmp/bad it answers 500, and once for /tmp/once. */
const APPLICATION = `
const { existsSync, rmSync } = require('node:fs');
process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer({ requestTimeout: 0 }, (question, answer) => {
  let bytes = 0;
  question.on('data', (data) => (bytes += data.length));
  question.on('end', () => {
    const once = existsSync('/tmp/once');
    rmSync('/tmp/once', { force: true });
    answer.statusCode = once || existsSync('/tmp/bad') ? 500 : 200;
    const wait = Number(/wait=(\\d+)/.exec(question.url)?.[1] ?? 0);
    setTimeout(() => answer.end(JSON.stringify({ url: question.url, headers: question.headers, bytes })), wait);
  });
}).listen(80);
`;

/** A proxy of these settings, before an application that says what it was asked. */
export async function openEcho(settings: Partial<Settings>): Promise<TestBed> {
  const bed = await makeTestBed(settings);
  const command = ['node', '-e', APPLICATION];
  const web = service('web', { command }, { image: parts().node.name, healthyWithinMs: 60_000 });
  bed.release('r', { services: [web], routes: [ROUTE] });
  await bed.perform('ensureProxy', {});
  await bed.perform('createNetworks', { release: 'r' });
  await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
  await bed.perform('switchRoutes', { release: 'r' });
  return bed;
}

export interface Seen {
  url: string;
  headers: Record<string, string>;
  bytes: number;
}

/** What the application saw of a request through the proxy; `body` writes as long as it wants. */
export const askEcho = (
  bed: TestBed,
  path: string,
  headers: object = {},
  body: (write: (text: string) => void) => Promise<void> = async () => {},
): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const options = { ...bed.http, path, method: 'POST', agent: false, headers: { host: ROUTE.host, ...headers } };
    const asked = request(options, (answer) => {
      let text = '';
      answer.on('data', (data: Buffer) => (text += data.toString()));
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(JSON.parse(text) as Seen)
          : reject(new Error(`${answer.statusCode} ${text}`)),
      );
    }).on('error', reject);
    void body((data) => asked.write(data)).then(() => asked.end());
  });
