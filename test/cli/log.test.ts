import { createColors } from 'picocolors';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import { paint } from '../../cli/print/terminal/line';
import { logLines, nothingPrinted, type Printed } from '../../cli/print/log';
import { clock } from '../../cli/print/terminal/time';
import { type Rollouts, viewOfRelease } from '../../cli/print/view';
import * as fx from './fixtures';

const plain = createColors(false);

/** Tells a log of answers, one after the other; times are replaced by the seconds since the beginning. */
function tell(
  ...answers: { seconds: number; progress: ReleaseProgress; rollouts?: Rollouts; silence?: string }[]
): string[] {
  let told: Printed = nothingPrinted(fx.BEGAN);
  return answers.flatMap(({ seconds, progress, rollouts = {}, silence }) => {
    const news = logLines({ ...viewOfRelease(progress), silence }, rollouts, fx.at(seconds), told);
    told = news.told;
    return news.lines.map((line) => inSeconds(paint(line, Infinity, plain)));
  });
}

const seconds = new Map(Array.from({ length: 400 }, (_, second) => [clock(fx.at(second)), `+${second}`]));
const inSeconds = (line: string) => line.replace(/^\d\d:\d\d:\d\d/, (time) => seconds.get(time) ?? time);

const staging = { environment: 'staging', rollout: fx.ROLLOUT };

test('a line when something begins or ends, and nothing twice', () => {
  const building = fx.release([
    fx.stage('build', 1, undefined, { steps: [{ name: 'build api', progress: fx.running(1) }] }),
  ]);
  const built = fx.release([
    fx.stage('build', 1, 5, {
      steps: [{ name: 'build api', progress: fx.done(1, 5), detail: 'already in the registry' }],
    }),
  ]);
  const answers = [
    { seconds: 2, progress: building },
    { seconds: 3, progress: building },
    { seconds: 4, progress: building },
    { seconds: 6, progress: built },
  ];
  expect(tell(...answers)).toEqual([
    '+1 begin    build',
    '+2 begin    build / build api',
    '+5 done     build / build api (4.0s)  already in the registry',
    '+5 done     build (4.0s)',
  ]);
});

test('a quick step has one line, of its end', () => {
  const before = { [fx.ROLLOUT_KEY]: fx.rollout({ [fx.START_API]: fx.running(3) }) };
  const after = { [fx.ROLLOUT_KEY]: fx.rollout({ [fx.START_API]: fx.done(3, 4) }) };
  const progress = fx.release([fx.stage('staging', 2, undefined, staging)]);
  expect(tell({ seconds: 3, progress, rollouts: before }, { seconds: 4, progress, rollouts: after })).toEqual([
    '+2 begin    staging',
    '+4 done     staging / prepare / start api 3f2a91c0de on local (1.0s)',
  ]);
});

test('one who comes late reads of stages that went well, not of their steps', () => {
  const steps = [{ name: 'build api', progress: fx.done(1, 5) }];
  const progress = fx.release([fx.stage('build', 1, 5, { steps }), fx.stage('push', 5)]);
  expect(tell({ seconds: 60, progress })).toEqual(['+5 done     build (4.0s)', '+5 begin    push']);
});

test('times never go back', () => {
  const first = { [fx.ROLLOUT_KEY]: fx.rollout({ [fx.START_API]: fx.running(3), [fx.START_WEB]: fx.done(3, 4) }) };
  const progress = fx.release([fx.stage('staging', 2, undefined, staging)]);
  const rollouts = first;
  expect(tell({ seconds: 4, progress, rollouts }, { seconds: 6, progress, rollouts })).toEqual([
    '+2 begin    staging',
    '+4 done     staging / prepare / start web 3f2a91c0de on local (1.0s)',
    '+4 begin    staging / prepare / start api 3f2a91c0de on local',
  ]);
});

test('a failure is told with its last lines, then what is undone', () => {
  const failed = fx.rollout({
    [fx.SWITCH]: { ...fx.done(3, 4), state: 'undone' },
    [fx.VERIFY]: { state: 'failed', startedAt: fx.at(5), endedAt: fx.at(6), failure: fx.failure },
  });
  const progress = fx.release([fx.stage('staging', 2, 7, { ...staging, state: 'failed', failure: fx.failure })], {
    status: 'failed',
    failure: fx.failure,
  });
  expect(tell({ seconds: 8, progress, rollouts: { [fx.ROLLOUT_KEY]: failed } })).toEqual([
    '+4 undone   staging / switch / switch routes to 0a1b2c3d4e on local',
    '+6 FAILED   staging / soak / verify #1 GET / says 200 on local (1.0s)',
    '          verify on local: answered 500',
    '          │ listening',
    '          │ Error: no database',
    '+7 FAILED   staging (5.0s)',
  ]);
});

test('what is waited for is told once', () => {
  const progress = fx.release([fx.stage('approve production', 2)], { waitingFor: fx.approval });
  const lines = tell({ seconds: 3, progress }, { seconds: 4, progress });
  expect(lines.filter((line) => line.includes('windlass approve'))).toEqual([
    '            windlass approve 3f2a91c0de production --app shop --plan 9f86d081884c',
  ]);
});

test('a silence is told once, and a log that would be silent too long says what goes on', () => {
  const progress = fx.release([fx.stage('build', 1)]);
  const silence = 'no worker has answered for 3.0s';
  const answers = [2, 5, 6, 80].map((when) => ({ seconds: when, progress, silence: when === 2 ? undefined : silence }));
  expect(tell(...answers)).toEqual([
    '+1 begin    build',
    '+5 ? no worker has answered for 3.0s',
    '+80 still    build  1m 19s',
  ]);
});

test('there are no escape codes', () => {
  const progress = fx.release([fx.stage('source', 0, 1, { detail: '\u001b[31mred' })]);
  expect(tell({ seconds: 2, progress }).join('')).not.toContain('\u001b');
});
