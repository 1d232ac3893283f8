import { createColors } from 'picocolors';
import { checkLines } from '../../cli/commands/environment/check';
import { historyLines } from '../../cli/commands/environment/history';
import { initLines } from '../../cli/commands/setup/init';
import { comparisonLines } from '../../cli/print/comparison';
import { planLines, summaryLines } from '../../cli/print/plan';
import { inspectionLines, statusLines } from '../../cli/print/status';
import { type Line, paint } from '../../cli/print/terminal/line';
import { flow } from '../../cli/print/terminal/output';
import { widthOf } from '../../cli/print/terminal/text';
import { treeLines } from '../../cli/print/tree';
import { viewOfRelease } from '../../cli/print/view';
import type { Waiting } from '../../src/model/environment/progress';
import * as fx from './fixtures';

/** Every screen as a terminal of so many columns has it: nothing is cut, and nothing but a command is broken by the terminal. */

const REASON =
  'startInstances api on local: the engine says driver failed programming external connectivity on endpoint windlass-shop-staging-api: bind for 0.0.0.0:8080 failed';
const CONTAINER = 'windlass-shop-production-3f2a91c0de-checkout';
const record = { app: 'shop', release: '3f2a91c0de', registry: { address: 'r' }, digest: 'd' };
const at = new Date(fx.BEGAN).toISOString();
const current = { release: '3f2a91c0de', record, at, by: 'release-manager@example.com' };
const state = { app: 'shop', environment: 'production', current, committed: [current], queue: [], counter: 1 };
const failure = {
  ...fx.failure,
  message: REASON,
  lastLines: [`Error: ${REASON}`, '    at Module._load (node:internal/modules/cjs/loader:1038:27)'],
};
const waiting = fx.release([fx.stage('source', 0, 1), fx.stage('approve production', 1)], {
  waitingFor: fx.approval,
  warnings: [`docker-compose.yml:21:21 services.api.container_name: ${'api, db and front stay names '.repeat(4)}`],
});
const failed = fx.release([fx.stage('staging', 0, 7, { state: 'failed', failure })], { status: 'failed', failure });
const service = (name: string) => ({
  host: 'web-1.example.com',
  service: name,
  container: CONTAINER,
  release: '3f2a91c0de',
  image: `r/${name}@sha256:${'ab'.repeat(32)}`,
  state: 'running',
  health: 'healthy',
  restarts: 2,
  startedAt: at,
});
const painted = (lines: Line[], width: number) =>
  lines.flatMap((line) => paint(line, width, createColors(false)).split('\n'));

const SCREENS: [string, (width: number) => string[], string[]][] = [
  [
    'status',
    (width) => painted(statusLines('shop', [{ environment: 'production', state }], [waiting], fx.at(60)), width),
    ['release-manager@example.com', 'approve', 'reject', 'blue-green,'],
  ],
  [
    'the tree of a release that asks',
    (width) => painted(treeLines(viewOfRelease(waiting), {}, fx.at(60)), width),
    ['ada@example.com,', 'front', 'undone'],
  ],
  [
    'the tree of a release that failed',
    (width) => painted(treeLines(viewOfRelease(failed), {}, fx.at(60)), width),
    ['0.0.0.0:8080', '(node:internal/modules/cjs/loader:1038:27)'],
  ],
  [
    'what an approval is about',
    (width) => painted(summaryLines((fx.approval as Extract<Waiting, { kind: 'approval' }>).summary, 1), width),
    ['blue-green,', 'undone'],
  ],
  ['plan', (width) => painted(planLines(fx.plan), width), ['0a1b2c3d4e', 'GET', 'undo:']],
  [
    'diff',
    (width) =>
      painted(
        comparisonLines({
          app: 'shop',
          environment: 'production',
          before: '0a1b2c3d4e',
          after: '3f2a91c0de',
          configuration: [{ what: 'front.container.files', before: '/etc/nginx/conf.d/notes.conf', after: REASON }],
          images: [{ what: 'web', before: `sha256:${'1'.repeat(12)}`, after: `sha256:${'2'.repeat(12)}` }],
          secrets: [
            {
              name: 'DB_PASSWORD',
              before: 'env SHOP_A',
              after: 'env SHOP_PRODUCTION_DB_PASSWORD',
              value: ["today's value differs"],
            },
          ],
        }),
        width,
      ),
    ['SHOP_PRODUCTION_DB_PASSWORD', '0.0.0.0:8080', `sha256:${'2'.repeat(12)}`],
  ],
  [
    'history',
    () =>
      historyLines([
        {
          id: '1',
          at,
          app: 'shop',
          by: 'ci@example.com',
          release: '3f2a91c0de',
          kind: 'rollout-ended',
          environment: 'production',
          what: `back on 0a1b2c3d4e: ${REASON}`,
          undone: ['a'],
        },
        {
          id: '2',
          at,
          app: 'shop',
          by: 'ada@example.com',
          release: '3f2a91c0de',
          kind: 'decision',
          environment: 'production',
          what: 'approved',
          reason: 'the bank has signed',
        },
      ]),
    ['0.0.0.0:8080', 'undone)', 'signed'],
  ],
  [
    'ps',
    () =>
      inspectionLines(
        {
          app: 'shop',
          environment: 'production',
          services: [service('checkout'), service('front')],
          routes: [{ host: 'web-1.example.com', release: '3f2a91c0de' }],
          drift: [REASON],
          unreached: [{ host: 'two', why: REASON }],
        },
        fx.at(60),
      ),
    [CONTAINER, 'abababababab', 'web-1.example.com'],
  ],
  [
    'check',
    () =>
      checkLines({
        problems: [
          { file: 'docker-compose.yml', line: 3, column: 5, path: 'services.web.image', message: `is ${REASON}.` },
        ],
        warnings: [REASON],
        hosts: [
          {
            environment: 'production',
            host: 'web-1.example.com',
            ok: false,
            found: {
              reached: { ok: true, what: 'ssh' },
              engine: { ok: true, what: '27.5.1' },
              disk: { ok: true, what: '72.0 GB free' },
              registry: { ok: true, what: 'reached' },
              proxy: { ok: true, what: 'starts with the first release' },
              ports: { ok: false, what: REASON },
            },
            composed: [],
          },
        ],
      }),
    ['27.5.1', '72.0', '0.0.0.0:8080', 'problem.'],
  ],
  [
    'init',
    () =>
      initLines('windlass.yaml', {
        text: '',
        decided: [`Accessories: ${'db, redis and queue '.repeat(5)}. They keep data.`],
        problems: [{ file: 'docker-compose.yml', path: 'services.db', message: `is ${REASON}.` }],
        warnings: [REASON],
      }),
    ['data.', '0.0.0.0:8080', '--offline'],
  ],
];

describe.each([60, 80, 160])('in %d columns', (width) => {
  const had = process.stdout.columns;
  beforeAll(() => void (process.stdout.columns = width));
  afterAll(() => void (process.stdout.columns = had));

  test.each(SCREENS)('%s', (_, screen, words) => {
    const rows = flow(screen(width), width);
    const said = rows.join(' ').split(/\s+/);
    expect(words.filter((word) => !said.includes(word))).toEqual([]);
    expect(rows.filter((row) => row.includes('…'))).toEqual(rows.filter((row) => row.includes("--reason '…'")));
    const tooWide = rows.filter((row) => widthOf(row) > width && !/^ *windlass (approve|reject) /.test(row));
    expect(tooWide).toEqual([]);
  });
});
