import { createColors } from 'picocolors';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import { paint } from '../../cli/print/terminal/line';
import { treeLines } from '../../cli/print/tree';
import { type Rollouts, viewOfRelease, viewOfRollback } from '../../cli/print/view';
import * as fx from './fixtures';

const plain = createColors(false);

/** The tree as it stands in a terminal of 60 columns, 12 seconds after the beginning. */
const draw = (progress: ReleaseProgress, rollouts: Rollouts = {}, width = 60) =>
  treeLines(viewOfRelease(progress), rollouts, fx.at(12)).map((line) => paint(line, width, plain).trimEnd());

const source = fx.stage('source', 0, 1, { detail: '3f2a91c0de "Sell umbrellas"' });
const staging = { environment: 'staging', rollout: fx.ROLLOUT };

test('a build that goes on is open, what is over is one line', () => {
  const steps = [
    { name: 'build api', progress: fx.done(1, 3) },
    { name: 'build web', progress: fx.running(1) },
  ];
  expect(draw(fx.release([source, fx.stage('build', 1, undefined, { steps })]))).toEqual([
    'Release 3f2a91c0de of shop, started by ci@example.com  12.0s',
    '✓ source  3f2a91c0de "Sell umbrellas"                   1.0s',
    '● build                                                11.0s',
    '  ✓ build api                                           2.0s',
    '  ● build web                                          11.0s',
  ]);
});

test('a rollout shows its phases, and the steps of the one that goes on', () => {
  const rollout = fx.rollout({
    [fx.START_API]: fx.done(2, 4),
    [fx.START_WEB]: fx.done(2, 5),
    [fx.SWITCH]: fx.running(11),
  });
  const lines = draw(fx.release([source, fx.stage('staging', 2, undefined, staging)]), { [fx.ROLLOUT_KEY]: rollout });
  expect(lines.slice(2)).toEqual([
    '● staging                                              10.0s',
    '  ✓ prepare                                             3.0s',
    '  ● switch                                              1.0s',
    '    ● switch routes to 3f2a91c0de on local              1.0s',
    '  · soak',
    '  · commit',
    '  · retire',
  ]);
});

test('a stage that came back says why, once, with the last lines and what was undone', () => {
  const rollout = fx.rollout({
    [fx.START_API]: { ...fx.done(2, 6), state: 'undone' },
    [fx.START_WEB]: { ...fx.done(2, 6), state: 'undone' },
    [fx.SWITCH]: { ...fx.done(4, 6), state: 'undone' },
    [fx.VERIFY]: { state: 'failed', startedAt: fx.at(5), endedAt: fx.at(6), failure: fx.failure },
  });
  const failed = fx.stage('staging', 2, 7, { ...staging, state: 'failed', failure: fx.failure });
  const progress = fx.release([source, failed], { status: 'failed', failure: fx.failure });
  expect(draw(progress, { [fx.ROLLOUT_KEY]: rollout }).slice(2)).toEqual([
    '✗ staging                                               5.0s',
    '  ↩ prepare  2 undone',
    '  ↩ switch  1 undone',
    '  ✗ soak                                                1.0s',
    '    ✗ verify #1 GET / says 200 on local                 1.0s',
    '        verify on local: answered 500',
    '        │ listening',
    '        │ Error: no database',
  ]);
});

test('a failure without a rollout stands at the stage', () => {
  const failure = {
    kind: 'bad-manifest',
    message: 'windlass.yaml:3:1 app: is missing.\nwindlass.yaml:9:1 x: unknown.',
  };
  const failed = fx.stage('source', 0, 1, { state: 'failed', failure });
  expect(draw(fx.release([failed], { status: 'failed', failure })).slice(1)).toEqual([
    '✗ source                                                1.0s',
    '    windlass.yaml:3:1 app: is missing.',
    '    windlass.yaml:9:1 x: unknown.',
  ]);
});

test('an approval shows who may, the plan, and commands that are never cut', () => {
  const lines = draw(fx.release([source, fx.stage('approve production', 2)], { waitingFor: fx.approval }), {}, 50);
  expect(lines.slice(2).map((line) => line.replace(/until .*/, 'until …'))).toEqual([
    '● approve production                         10.0s',
    '  ? waits for 1 approval, until …',
    '    who may: ada@example.com, bo@example.com',
    '    0a1b2c3d4e → 3f2a91c0de  blue-green, 6 steps',
    '    ~ api: image 1f2e → 9a8b',
    '    ! the command of api #1 cannot be undone',
    '    windlass approve 3f2a91c0de production --app shop --plan 9f86d081884c',
    "    windlass reject 3f2a91c0de production --app shop --plan 9f86d081884c --reason '…'",
  ]);
});

test('a question shows the answers that there are', () => {
  const question = { step: fx.SWITCH, failure: fx.failure, answers: { retry: 'do the step once more' }, of: [] };
  const rollout = fx.rollout({ [fx.SWITCH]: fx.running(11) }, { question });
  const waitingFor = { kind: 'operator' as const, environment: 'staging', question };
  const progress = fx.release([fx.stage('staging', 2, undefined, staging)], { waitingFor });
  expect(draw(progress, { [fx.ROLLOUT_KEY]: rollout }, 100).slice(-6)).toEqual([
    '  ? asks an operator about "switch: switch routes to 3f2a91c0de on local"',
    '    verify on local: answered 500',
    '    │ listening',
    '    │ Error: no database',
    '    retry: do the step once more',
    "      windlass resolve staging retry --app shop --reason '…'",
  ]);
});

test.each([
  ['a freeze', {}, '  ? on hold: ada: the sale runs'],
  ['a cancel', { [fx.SWITCH]: { state: 'undoing' as const } }, '  ? goes back: ada: the sale runs'],
])('%s says why nothing goes on', (_, steps, expected) => {
  const rollout = fx.rollout(steps, { held: 'ada: the sale runs' });
  expect(draw(fx.release([fx.stage('staging', 2, undefined, staging)]), { [fx.ROLLOUT_KEY]: rollout })).toContain(
    expected,
  );
});

test('of hundreds of steps those are shown that matter, the rest is counted', () => {
  const services = Array.from({ length: 40 }, (_, index) => `s${index}`);
  const steps = services.map((service) => ({
    operation: { name: 'pullImage' as const, target: 'local', release: 'r', service },
  }));
  const progress = Object.fromEntries(
    services.map((service, index) => [
      `prepare: pull ${service} on local`,
      index === 37 ? fx.running(3) : fx.done(2, 3),
    ]),
  );
  const rollout = fx.rollout(progress, { plan: { ...fx.plan, phases: [{ name: 'prepare', batches: [steps] }] } });
  const lines = draw(fx.release([fx.stage('staging', 2, undefined, staging)]), { [fx.ROLLOUT_KEY]: rollout });
  expect(lines).toHaveLength(3 + 12 + 1);
  expect(lines).toContain('    ● pull s37 on local                                 9.0s');
  expect(lines.at(-1)).toBe('    … 28 done');
});

test('a rollback is drawn as one stage', () => {
  const view = viewOfRollback(
    { app: 'shop', environment: 'production', release: 'r1', status: 'running' },
    fx.at(0),
    fx.at(3),
  );
  expect(treeLines(view, {}, fx.at(3)).map((line) => paint(line, 40, plain))).toEqual([
    'Rollback of shop production to r1   3.0s',
    '● production                        3.0s',
  ]);
});

test('what a container or a commit says cannot move the cursor', () => {
  const detail = 'ev\u001b[2J\u001b]0;title\u0007il\r\n\u001b[31m';
  expect(draw(fx.release([fx.stage('source', 0, 1, { detail })]))[1]).toBe(
    '✓ source  evil                                          1.0s',
  );
});

test('colours take no room, and wide characters two columns', () => {
  const line = { depth: 1, mark: 'done' as const, text: '日本', detail: 'x'.repeat(50), right: '1.0s' };
  // oxlint-disable-next-line no-control-regex -- colours are what is looked for
  const bare = paint(line, 30, createColors(true)).replace(/\u001b\[\d+m/g, '');
  expect(bare).toBe(`  ✓ 日本                  1.0s\n    ${'x'.repeat(50)}`);
});

test('a step that failed is called by what it did, and all its lines are there', () => {
  const failure = { ...fx.failure, lastLines: Array.from({ length: 30 }, (_, index) => `line ${index}`) };
  const rollout = fx.rollout({ [fx.START_API]: { ...fx.done(2, 6), state: 'undone', failure } });
  const failed = fx.stage('staging', 2, 7, { ...staging, state: 'failed', failure });
  const lines = draw(fx.release([failed], { status: 'failed', failure }), { [fx.ROLLOUT_KEY]: rollout });
  expect(lines).toContain('    ✗ start api 3f2a91c0de on local');
  expect(lines.filter((line) => /│ line \d+$/.test(line))).toHaveLength(30);
});
