import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { TestBed } from '../../../lab/test-bed';
import { CANARY, tracesIn } from '../../activities/secrets/canary';
import { SPELLINGS } from '../../activities/secrets/spellings';
import { describeWith } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { openTestBed, said } from '../test-bed';

/** A tail has 30 lines: in so many parts all spellings are said. */
const EACH = 12;
export const PARTS = Array.from({ length: Math.ceil(Object.keys(SPELLINGS).length / EACH) }, (_, part) => part);
const SAYING = `
const { SPELLINGS } = require('./spellings');
exports.lines = Object.entries(SPELLINGS).map(([name, spell]) => name + ': ' + spell(process.env.TOKEN || ''));
exports.some = (n) => exports.lines.slice(n * ${EACH}, n * ${EACH} + ${EACH});
`;
const MAIN = `
const { some } = require('./saying');
for (const line of some(Number(process.env.PART))) console.log(line);
if (process.env.DIES) process.exit(1);
require('node:http').createServer((request, response) => {
  const n = Number(new URL(request.url, 'http://x').searchParams.get('n') ?? -1);
  response.end(n < 0 ? 'ok' : require('./saying').lines[n]);
}).listen(8080);
`;
/** Has the spellings of these parts said wherever windlass listens to programs, and looks for the secret in all histories. */
export const programsSay = (parted: number[]): void =>
  describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what programs say', () => {
    let bed: TestBed;
    let close: () => Promise<void>;
    let server: Awaited<ReturnType<typeof testServer>>;

    beforeAll(async () => {
      server = await testServer();
      ({ bed, close } = await openTestBed('probe'));
      await bed.windlass.stopWorker();
      bed.variables['WLTEST_CANARY'] = CANARY;
      await bed.windlass.startWorker();
      cpSync(join(__dirname, '../../activities/secrets/spellings.js'), join(bed.shop.dir, 'web/spellings.js'));
      bed.shop.write('web/saying.js', SAYING);
      bed.shop.write('web/main.js', MAIN);
    });
    afterAll(async () => {
      await close?.();
      await server?.teardown();
    });

    /** Releases, and what was said of it. */
    async function release(
      settings: string,
      variables: Record<string, string>,
      { services = 'web: {}', dockerfile = '' } = {},
    ): Promise<string> {
      bed.shop.write('windlass.yaml', manifestOf(bed.app, services, settings));
      bed.shop.write('docker-compose.yml', composeOf(variables));
      bed.shop.write('web/Dockerfile', dockerfileWith(dockerfile));
      const commit = bed.shop.commit('Say something', '--allow-empty');
      const ended = await bed.windlass.run('release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done');
      expect(ended.status).toBe(3);
      return said(ended);
    }

    test.each(parted)('of a container that dies, part %i', async (part) => {
      expect(await release('', { DIES: 'yes', PART: String(part) })).toContain('***');
    });

    test.each(parted)('of a command that fails, part %i', async (part) => {
      const command = `[node, -e, 'for (const line of require("./saying").some(${part})) console.log(line); process.exit(1)']`;
      expect(
        await release('', {}, { services: `web: { before: [{ command: ${command}, undo: [node, -e, '0'] }] }` }),
      ).toContain('***');
      expect(await release(`verify: [{ run: { service: web, command: ${command} } }]`, {})).toContain('***');
    });

    test('of a service that answers a verification', async () => {
      const n = Object.keys(SPELLINGS).indexOf('HTML with names of letters');
      expect(await release(`verify: [{ http: { service: web, path: '/?n=${n}', body: nothing } }]`, {})).toContain(
        '***',
      );
    });

    test.each(parted)('of a build, part %i', async (part) => {
      const lines = Object.values(SPELLINGS).slice(part * EACH, (part + 1) * EACH);
      bed.shop.write('web/leaked.txt', lines.map((spell) => spell(CANARY)).join('\n'));
      const dockerfile = 'RUN cat leaked.txt && false\n';
      expect(await release('', {}, { dockerfile })).toContain('***');
    });

    it('is in no history with a secret in it, however that is spelled', async () => {
      const isAlone = (await readHistories()).length === 0;
      if (isAlone) await release('', { DIES: 'yes', PART: String(parted[0]) });
      const texts = await readHistories();
      expect(texts.join('\n')).toContain(`${Object.keys(SPELLINGS)[parted[0]! * EACH]}: `);
      for (const text of [...texts, bed.windlass.printed.join('\n')]) expect(tracesIn(text)).toEqual([]);
    });

    /** All events of all workflows of the application as the server has them, with the last heartbeats. */
    async function readHistories(): Promise<string[]> {
      const { workflow } = server.client;
      const texts: string[] = [];
      for await (const { workflowId, runId } of workflow.list({ query: `WindlassApp = '${bed.app}'` })) {
        const handle = workflow.getHandle(workflowId, runId);
        const all = await Promise.all([
          handle.fetchHistory(),
          handle.describe(),
          handle.query('__temporal_workflow_metadata'),
        ]);
        texts.push(all.map(textOf).join('\n'));
      }
      return texts;
    }
  });

/** All texts within a message of Temporal; bytes, such as payloads, as the text that they hold. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return Buffer.from(data).toString('utf8');
  if (typeof data !== 'object' || data === null) return '';
  return Object.values(data).map(textOf).join('\n');
}

const manifestOf = (app: string, services: string, settings: string) => `
app: ${app}
services:
  ${services}
environments:
  production:
    hosts: [local]
    secrets: { TOKEN: { env: WLTEST_CANARY } }
    routes: [{ service: web, host: probe.localhost }]
    soak: 100ms
    ${settings}
`;

const composeOf = (variables: Record<string, string>) => `
services:
  web:
    build: { context: ./web, args: { BASE: '\${BASE}' } }
    init: true
    environment: ${JSON.stringify({ TOKEN: '${TOKEN}', PART: '99', ...variables })}
    expose: ['8080']
`;

const dockerfileWith = (steps: string) =>
  `ARG BASE\nFROM \${BASE}\nWORKDIR /app\nCOPY . .\n${steps}CMD ["node", "main.js"]\n`;
