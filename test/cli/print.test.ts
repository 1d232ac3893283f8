import { createColors } from 'picocolors';
import { checkLines } from '../../cli/commands/environment/check';
import { historyLines } from '../../cli/commands/environment/history';
import { logLines } from '../../cli/commands/environment/logs';
import { listLines } from '../../cli/commands/release/rollback';
import { paint } from '../../cli/print/terminal/line';
import { flow, wantsColor } from '../../cli/print/terminal/output';
import { planLines } from '../../cli/print/plan';
import { screenFor } from '../../cli/print/terminal/screen';
import { inspectionLines, stateOf, statusLines } from '../../cli/print/status';
import { table } from '../../cli/print/terminal/table';
import { widthOf, wrap } from '../../cli/print/terminal/text';
import { ago, dateTime, duration } from '../../cli/print/terminal/time';
import { viewOfRelease } from '../../cli/print/view';
import { logEntryLine } from '../../cli/print/worker-log';
import type { EnvironmentState } from '../../src/model/environment/environment';
import * as fx from './fixtures';

const plain = createColors(false);
const text = (lines: Parameters<typeof paint>[0][]) => lines.map((line) => paint(line, Infinity, plain));

test.each([
  [0, '0.0s'],
  [49, '0.0s'],
  [12_340, '12.3s'],
  [59_970, '1m 00s'],
  [185_000, '3m 05s'],
  [7_500_000, '2h 05m'],
  [273_600_000, '3d 04h'],
  [-5, '0.0s'],
])('%d ms: %s', (ms, said) => expect(duration(ms)).toBe(said));

test.each([
  [10, 'just now'],
  [300, '5 min ago'],
  [10_800, '3 h ago'],
  [400_000, '4 days ago'],
])('%d s ago: %s', (seconds, said) => expect(ago(new Date(fx.BEGAN).toISOString(), fx.at(seconds))).toBe(said));

test('an odd time is given as it stands', () => expect([ago('soon', 0), dateTime('soon')]).toEqual(['soon', 'soon']));

test.each([
  ['日本語', 6],
  ['e\u0301e\u0301e', 3],
  ['🚢', 2],
  ['', 0],
])('%s takes %d columns', (given, columns) => expect(widthOf(given)).toBe(columns));

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
])('colours on a terminal (%s) with %j: %s', (isTTY, env, wanted) => expect(wantsColor({ isTTY }, env)).toBe(wanted));

test('a table is as wide as it needs, and leaves out what nobody says', () => {
  expect(
    table(
      ['a', 'empty', 'long'],
      [
        ['1', '', 'x'],
        ['日本', '', 'y\u001b[2J'],
      ],
    ),
  ).toEqual(['A     LONG', '1     x', '日本  y']);
});

describe('status', () => {
  const record = { app: 'shop', release: 'r1', registry: { address: 'r' }, digest: 'd' };
  const current = { release: 'r1', record, at: new Date(fx.at(0)).toISOString(), by: 'ci' };
  const state: EnvironmentState = {
    app: 'shop',
    environment: 'staging',
    current,
    committed: [current],
    queue: [],
    counter: 1,
  };
  const request = { id: '1', kind: 'release' as const, record, by: 'ci', requester: 'x' };

  test('what is where, and what waits with its command', () => {
    const open = fx.release([fx.stage('approve production', 0)], { waitingFor: fx.approval });
    const places = [
      { environment: 'staging', state },
      { environment: 'production', state: undefined },
    ];
    const lines = text(statusLines('shop', places, [open], fx.at(120)));
    expect(lines.slice(0, 7)).toEqual([
      'shop',
      'ENVIRONMENT  RELEASE  SINCE      BY  STATE',
      'staging      r1       2 min ago  ci  ok',
      'production   -                       nothing released yet',
      '',
      'In progress',
      '? 3f2a91c0de  at approve production, started 2 min ago by ci@example.com',
    ]);
    expect(lines).toContain('    windlass approve 3f2a91c0de production --app shop --plan 9f86d081884c');
  });

  test.each<[string, Partial<EnvironmentState>]>([
    ['ok', {}],
    ['nothing released yet', { current: undefined }],
    ['release to r1 in progress', { running: { ...request, runId: 'x' } }],
    ['frozen by ada: sale; 1 waiting (r1)', { frozen: { by: 'ada', reason: 'sale', at: '' }, queue: [request] }],
    [
      'INTERRUPTED: terminated; restore to nothing in progress',
      { interrupted: 'terminated', running: { ...request, kind: 'restore', record: undefined, runId: 'x' } },
    ],
  ])('%s', (said, more) => expect(stateOf({ ...state, ...more })).toBe(said));

  test('what can be gone back to', () => {
    const older = { ...current, release: 'r0' };
    const lines = listLines({ ...state, committed: [current, older] }, fx.at(60));
    expect(lines.map((line) => line.replace(dateTime(fx.at(0)), 'TIME'))).toEqual([
      'RELEASE  COMMITTED         AGE        BY',
      'r1       TIME  1 min ago  ci  current',
      'r0       TIME  1 min ago  ci',
    ]);
    expect(listLines(undefined, 0)).toEqual(['Nothing has been released here yet.']);
  });

  test('what really runs, and what differs', () => {
    const service = {
      host: 'local',
      service: 'api',
      container: 'c',
      release: 'r1',
      image: `r/api@sha256:${'ab'.repeat(32)}`,
      state: 'running',
      health: 'healthy',
      restarts: 2,
      startedAt: new Date(fx.at(0)).toISOString(),
    };
    const inspection = {
      app: 'shop',
      environment: 'staging',
      services: [service],
      routes: [{ host: 'local', release: 'r1' }],
      drift: ['api is another one'],
      unreached: [],
    };
    expect(inspectionLines(inspection, fx.at(60))).toEqual([
      'shop staging',
      'HOST   SERVICE  RELEASE  DIGEST        STATE    HEALTH   SINCE      RESTARTS  CONTAINER',
      'local  api      r1       abababababab  running  healthy  1 min ago  2         c',
      'requests on local go to r1',
      'differs from the record:',
      '  api is another one',
    ]);
    expect(inspectionLines({ ...inspection, services: [], drift: [] }, 0).slice(1)).toEqual([
      'nothing runs',
      'requests on local go to r1',
      'matches the record',
    ]);
    const unreached = [{ host: 'two', why: 'two cannot be reached by SSH' }];
    expect(inspectionLines({ ...inspection, services: [], drift: [], unreached }, 0).slice(1)).toEqual([
      'nothing runs on the hosts that answered',
      'requests on local go to r1',
      'matches the record on the hosts that answered',
      'cannot reach two, so its state is unknown: two cannot be reached by SSH',
    ]);
    const onNode = { ...service, host: 'swarm', node: 'n1', restarts: 0 };
    const swarm = { ...inspection, kind: 'swarm' as const, services: [onNode], unreached };
    expect(inspectionLines(swarm, fx.at(60)).slice(1, 3)).toEqual([
      'NODE  SERVICE  RELEASE  DIGEST        STATE    HEALTH   SINCE      CONTAINER',
      'n1    api      r1       abababababab  running  healthy  1 min ago  c',
    ]);
    expect(inspectionLines({ ...swarm, services: [], drift: [] }, 0)[1]).toBe(
      'nothing runs on the swarms that answered',
    );
  });
});

test('a plan: what changes, then every step, those that run together bound together', () => {
  const warned = { ...fx.plan, warnings: ['the command of api #1 cannot be undone'] };
  expect(text(planLines(warned))).toEqual([
    '0a1b2c3d4e → 3f2a91c0de  blue-green, 5 steps',
    '~ api: image 1f2e → 9a8b',
    '! the command of api #1 cannot be undone',
    'prepare',
    '  ┌ start api 3f2a91c0de on local  undo: remove api 3f2a91c0de on local',
    '  └ start web 3f2a91c0de on local  undo: remove web 3f2a91c0de on local',
    'switch',
    '    switch routes to 3f2a91c0de on local  undo: switch routes to 0a1b2c3d4e on local',
    'soak',
    '    verify #1 GET / says 200 on local',
    'commit',
    'retire',
    '    remove api 0a1b2c3d4e on local',
  ]);
});

test('history', () => {
  const entry = { id: '1', at: new Date(fx.BEGAN).toISOString(), app: 'shop', by: 'ci', release: 'r1' };
  const lines = historyLines([
    { ...entry, kind: 'rollout-ended', environment: 'production', what: 'back on r0', undone: ['a', 'b'] },
    { ...entry, kind: 'release-started', what: 'shop r1: Sell umbrellas' },
  ]);
  expect(lines.map((line) => line.replace(dateTime(fx.BEGAN), 'TIME'))).toEqual([
    'TIME              ENVIRONMENT  RELEASE  BY  WHAT',
    'TIME  production   r1       ci  rollout-ended: back on r0 (2 steps undone)',
    'TIME               r1       ci  release-started: shop r1: Sell umbrellas',
  ]);
  expect(historyLines([])).toEqual(['The ledger has no entries yet.']);
});

test('history marks what does not prove itself, and says what to do', () => {
  const entry = { id: '1', at: new Date(fx.BEGAN).toISOString(), app: 'shop', by: 'ana', kind: 'decision' } as const;
  const [, plain, marked, advice] = historyLines([
    { ...entry, what: 'approved' },
    { ...entry, what: 'approved', doubt: 'unsigned' },
  ]);
  expect(plain).toMatch(/ana {2}decision: approved$/);
  expect(marked).toMatch(/ana {2}UNSIGNED decision: approved$/);
  expect(advice).toMatch(/^What is marked unsigned does not prove itself.*windlass history --verify$/);
});

test('check: problems first, then warnings and hosts', () => {
  const report = {
    problems: [{ file: 'windlass.yaml', line: 3, column: 5, path: 'app', message: 'is missing. Expected a name.' }],
    warnings: ['jobs has no health check'],
    hosts: [
      {
        environment: 'staging',
        host: 'local',
        ok: true,
        found: { reached: { ok: true, what: 'here' }, engine: { ok: true, what: '27' } },
        composed: ['shop-db-1 (db) is adopted'],
      },
      {
        environment: 'production',
        host: 'web-1',
        ok: false,
        found: { reached: { ok: false, what: 'root@web-1:22 is not reached' } },
        composed: [],
      },
    ],
  };
  expect(checkLines(report)).toEqual([
    'windlass.yaml:3:5 app: is missing. Expected a name.',
    '! jobs has no health check',
    '   ENVIRONMENT  HOST   REACHED  ENGINE',
    '✓  staging      local  here     27',
    '✗  production   web-1  ✗',
    '✗ production web-1, reached: root@web-1:22 is not reached',
    '! staging local: shop-db-1 (db) is adopted',
    '1 problem.',
  ]);
  expect(checkLines({ ...report, problems: [] }).at(-1)).toBe('1 host is not ready.');
  const swarm = { ...report.hosts[1]!, kind: 'swarm' as const, host: 'swarm' };
  expect(checkLines({ ...report, problems: [], hosts: [swarm] }).slice(1)).toEqual([
    '   ENVIRONMENT  SWARM  REACHED',
    '✗  production   swarm  ✗',
    '✗ production swarm, reached: root@web-1:22 is not reached',
    '1 swarm is not ready.',
  ]);
  expect(checkLines({ ...report, hosts: [report.hosts[0]!, swarm] })[2]).toMatch(/ENVIRONMENT  TARGET/);
  expect(checkLines({ problems: [], warnings: [], hosts: [] })).toEqual(['No problem.']);
});

test("a container's log cannot move the cursor", () => {
  expect(logLines({ host: 'local', container: 'c', text: 'one\u001b[2J\ntwo\n' })).toEqual([
    '==> c on local',
    'one',
    'two',
  ]);
});

test('an entry of a worker is one line', () => {
  const cause = new Error('windlass.yaml:3:1 app: is missing.\nwindlass.yaml:9:1 x: unknown.');
  const error = new Error('Activity task failed', { cause });
  const meta = { activityType: 'readSource', workflowType: 'release', workflowId: 'release/shop/r1', error };
  expect(
    logEntryLine({ level: 'WARN', timestampNanos: BigInt(fx.BEGAN) * 1_000_000n, message: 'Activity failed', meta }),
  ).toBe(
    '2026-11-23T12:00:00Z WARN Activity failed: readSource of release/shop/r1: windlass.yaml:3:1 app: is missing. | windlass.yaml:9:1 x: unknown.',
  );
});

describe('the live tree', () => {
  // The cursor goes up by so many rows.
  const UP = /\[\d+A/;
  const upBy = (rows: number) => new RegExp(`^\r.\\[${rows}A`);
  const terminal = (columns: number, rows: number) => {
    const written: string[] = [];
    const stream = { isTTY: true, columns, rows, write: (more: string) => written.push(more) };
    return { written, stream, screen: screenFor(stream as unknown as NodeJS.WriteStream) };
  };
  const building = (seconds: number) =>
    viewOfRelease(fx.release([fx.stage('source', 0, 1), fx.stage('build', 1)], { startedBy: String(seconds) }));

  test('is drawn again in place, and only where something changed', () => {
    const { written, screen } = terminal(60, 20);
    screen.show(building(1), {}, fx.at(2));
    screen.show(building(1), {}, fx.at(2));
    screen.show(building(1), {}, fx.at(3));
    expect(written).toHaveLength(2);
    expect(written[0]).not.toMatch(UP);
    expect(written[1]).toMatch(upBy(3));
  });

  test('knows that a window that was made narrower has wrapped its lines', () => {
    const { written, stream, screen } = terminal(60, 20);
    screen.show(building(1), {}, fx.at(2));
    stream.columns = 30;
    screen.show(building(1), {}, fx.at(3));
    expect(written[1]).toMatch(upBy(6));
  });

  test('never takes more rows than there are; the end is shown whole', () => {
    const steps = Array.from({ length: 30 }, (_, index) => ({ name: `build s${index}`, progress: fx.running(1) }));
    const { written, screen } = terminal(60, 10);
    screen.show(viewOfRelease(fx.release([fx.stage('build', 1, undefined, { steps })])), {}, fx.at(2));
    expect(written[0]!.match(/\n/g)).toHaveLength(9);
    expect(written[0]).toContain('… 24 lines above');
    screen.show(
      viewOfRelease(fx.release([fx.stage('build', 1, 5, { state: 'failed', steps })], { status: 'failed' })),
      {},
      fx.at(6),
    );
    expect(written[1]!.match(/\n/g)).toHaveLength(32);
  });
});

describe.each([60, 80, 160])('in %d columns', (width) => {
  const rows = (line: Parameters<typeof paint>[0]) => paint(line, width, plain).split('\n');
  const long =
    'start container windlass-proxy: the engine says driver failed programming external connectivity on '.repeat(3);

  test('a failure goes on below, further in, and every word of it is there', () => {
    const painted = rows({ depth: 2, text: long.trim(), tone: 'bad' });
    expect(painted.every((row) => widthOf(row) <= width)).toBe(true);
    expect(painted.slice(1).every((row) => row.startsWith('      ') && !row.startsWith('       '))).toBe(true);
    expect(painted.map((row) => row.trim()).join(' ')).toBe(long.trim());
  });

  test('a step with its time keeps the time in the first row', () => {
    const painted = rows({ depth: 1, mark: 'failed', text: long.trim(), right: '12.0s' });
    expect(painted[0]).toMatch(/ {2}12\.0s$/);
    expect(painted.every((row) => widthOf(row) <= width)).toBe(true);
  });

  test('a command is never broken', () => {
    const command = `windlass approve 3f2a91c0de production --app shop --plan ${'9'.repeat(120)}`;
    expect(rows({ depth: 1, text: command, tone: 'command' })).toEqual([`  ${command}`]);
    expect(wrap(`To let it go on, where you have read the plan: ${command}`, width)).toContain(command);
  });

  test('a sentence that begins with windlass after a colon is no command', () => {
    const text = `${'Write it there '.repeat(4)}: windlass then takes it over with its data. Otherwise it starts with ${'empty '.repeat(12)}volumes.`;
    expect(wrap(text, width).every((line) => widthOf(line) <= width)).toBe(true);
  });

  test('a table that is wider is a block for each row', () => {
    const reason = 'the checkout answers 500 since the butter came '.repeat(4).trim();
    const lines = table(['time', 'environment', 'reason'], [['2026-11-23 12:00', 'production', reason]], width);
    expect(lines.every((line) => widthOf(line) <= width)).toBe(true);
    expect(lines.slice(0, 2)).toEqual(['2026-11-23 12:00', '  environment: production']);
    expect(
      lines
        .slice(2)
        .map((line) => line.trim())
        .join(' '),
    ).toBe(`reason: ${reason}`);
  });

  test('an error and a note are broken between words', () => {
    const lines = flow([long.trim(), `  ${long.trim()}`], width);
    expect(lines.every((line) => widthOf(line) <= width)).toBe(true);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(`${long.trim()} ${long.trim()}`);
  });
});
