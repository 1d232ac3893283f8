import type { Answer } from '../../../src/model/environment';
import { describeOperation, type Plan, type Step } from '../../../src/model/plan';
import { carryOut, type Ports, StepFailed, Stopped } from '../../../src/plan/carryOut';

const start = (service: string): Step => {
  const instance = { host: 'h', service, release: 'r', replica: 1 };
  return { operation: { name: 'startInstance', ...instance }, undo: { name: 'removeInstance', ...instance } };
};
const pull = (service: string): Step => ({ operation: { name: 'pullImage', host: 'h', service, release: 'r' } });
const route: Step = {
  operation: { name: 'switchRoutes', host: 'h', release: 'r' },
  undo: { name: 'switchRoutes', host: 'h', release: 'o' },
};
const remove: Step = { operation: { name: 'removeInstance', host: 'h', service: 'web', release: 'o', replica: 1 } };
const drop: Step = {
  operation: { name: 'runOneOff', host: 'h', service: 'api', release: 'r', index: 0 },
  irreversible: true,
};

const plan = (...prepare: Step[][]): Plan => ({
  format: 1,
  app: 'a',
  environment: 'e',
  release: 'r',
  strategy: 's',
  before: [],
  changes: [],
  warnings: [],
  phases: [
    { name: 'prepare', batches: prepare },
    { name: 'switch', batches: [[route]] },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: [[remove]] },
  ],
});

/** Ports that write down what they are asked for, and fail where they are told to, as often as they are told. */
function simulate(fail: Record<string, number> = {}, answers: Answer[] = [], stopAt?: string) {
  const log: string[] = [];
  const deed = async (words: string) => {
    log.push(words);
    await Promise.resolve();
    if ((fail[words] ?? 0) > 0) {
      fail[words] = (fail[words] ?? 0) - 1;
      throw new StepFailed({ kind: 'test', message: `${words} failed` });
    }
  };
  const ports: Ports = {
    perform: (step) => deed(describeOperation(step.operation)),
    undo: (step) => (step.undo ? deed(`undo: ${describeOperation(step.undo)}`) : Promise.resolve()),
    together: async (deeds) => {
      const results = await Promise.allSettled(deeds.map((one) => one()));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    ask: async (step) => {
      log.push(`ask: ${step}`);
      return answers.shift() ?? 'rollback';
    },
    safePoint: async (phase) => {
      if (phase === stopAt) throw new Stopped('told to');
    },
    commit: async () => void log.push('commit'),
    tell: () => undefined,
  };
  return { log, ports };
}

describe('carrying out a plan', () => {
  it('does batch after batch, commits, and tidies', async () => {
    const { log, ports } = simulate();
    const outcome = await carryOut(plan([pull('web')], [start('api'), start('web')]), ports);
    expect(outcome).toEqual({ status: 'committed', warnings: [] });
    expect(log).toEqual([
      'pull web on h',
      'start api r on h',
      'start web r on h',
      'switch routes to r on h',
      'commit',
      'remove web o on h',
    ]);
  });

  it('undoes what was begun, newest batch first, the failed step too', async () => {
    const { log, ports } = simulate({ 'switch routes to r on h': 1 });
    const outcome = await carryOut(plan([pull('web')], [start('api')], [start('web')]), ports);
    expect(log.slice(4)).toEqual([
      'undo: switch routes to o on h',
      'undo: remove web r on h',
      'undo: remove api r on h',
    ]);
    expect(outcome).toEqual({
      status: 'undone',
      cancelled: false,
      failure: { kind: 'test', message: 'switch routes to r on h failed' },
      undone: ['switch: switch routes to r on h', 'prepare: start web r on h', 'prepare: start api r on h'],
    });
  });

  it('goes back when it is told to stop, up to the very commit', async () => {
    const { log, ports } = simulate({}, [], 'commit');
    const outcome = await carryOut(plan([start('web')]), ports);
    expect(outcome).toMatchObject({ status: 'undone', cancelled: true, failure: { message: 'told to' } });
    expect(log).not.toContain('commit');
  });

  it('takes nothing back for what fails after the commit', async () => {
    const { ports } = simulate({ 'remove web o on h': 1 });
    const outcome = await carryOut(plan([start('web')]), ports);
    expect(outcome).toEqual({ status: 'committed', warnings: ['retire: remove web o on h: remove web o on h failed'] });
  });

  it('asks when an undo fails: once more, or leave it and undo the rest', async () => {
    const fail = { 'switch routes to r on h': 1, 'undo: switch routes to o on h': 2 };
    const { log, ports } = simulate(fail, ['retry', 'skip']);
    const outcome = await carryOut(plan([start('web')]), ports);
    expect(log.slice(2)).toEqual([
      'undo: switch routes to o on h',
      'ask: switch: switch routes to r on h',
      'undo: switch routes to o on h',
      'ask: switch: switch routes to r on h',
      'undo: remove web r on h',
    ]);
    expect(outcome).toMatchObject({ status: 'undone', undone: ['prepare: start web r on h'] });
  });

  it.each<[Answer[], string]>([
    [['retry'], 'committed'],
    [['skip'], 'committed'],
    [['rollback'], 'undone'],
  ])('asks past an irreversible step instead of going back: %s → %s', async (answers, status) => {
    const { log, ports } = simulate({ 'start web r on h': 1 }, answers);
    expect(await carryOut(plan([drop], [start('web')]), ports)).toMatchObject({ status });
    expect(log).toContain('ask: prepare: start web r on h');
  });

  it('asks about the irreversible step itself, for it may have happened', async () => {
    const { log, ports } = simulate({ 'run command of api #1 on h': 1 }, ['retry']);
    expect(await carryOut(plan([drop]), ports)).toMatchObject({ status: 'committed' });
    expect(log.slice(0, 3)).toEqual([
      'run command of api #1 on h',
      'ask: prepare: run command of api #1 on h',
      'run command of api #1 on h',
    ]);
  });
});
