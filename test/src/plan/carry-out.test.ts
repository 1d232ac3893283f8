import type { OperatorAnswer } from '../../../src/model/approval/question';
import { describeOperation, type Plan, type Step } from '../../../src/model/plan';
import { carryOut, type Ports, StepFailed, Stopped } from '../../../src/plan/carry-out';

const start = (service: string): Step => {
  const set = { target: 'h', service, release: 'r' };
  return {
    operation: { name: 'startInstances', ...set, count: 1 },
    undo: { name: 'removeInstances', ...set, left: 0 },
  };
};
const pull = (service: string): Step => ({ operation: { name: 'pullImage', target: 'h', service, release: 'r' } });
const route: Step = {
  operation: { name: 'switchRoutes', target: 'h', release: 'r' },
  undo: { name: 'switchRoutes', target: 'h', release: 'o' },
};
const onHost = (host: string, { operation, undo }: Step): Step => ({
  operation: { ...operation, target: host },
  ...(undo && { undo: { ...undo, target: host } }),
});
const remove: Step = { operation: { name: 'removeInstances', target: 'h', service: 'web', release: 'o', left: 0 } };
const drop: Step = {
  operation: { name: 'runOneOff', target: 'h', service: 'api', release: 'r', index: 0 },
  irreversible: true,
};

const plan = (...prepare: Step[][]): Plan => ({
  format: 2,
  app: 'a',
  environment: 'e',
  release: 'r',
  strategy: 'blue-green',
  before: [],
  changes: [],
  warnings: [],
  onFailure: 'rollback',
  phases: [
    { name: 'prepare', batches: prepare },
    { name: 'switch', batches: [[route]] },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: [[remove]] },
  ],
});

/** Ports that write down what they are asked for, and fail where they are told to, as often as they are told. */
function simulate(fail: Record<string, number> = {}, answers: OperatorAnswer[] = [], stopAt?: string, kind = 'test') {
  const log: string[] = [];
  const action = async (words: string) => {
    log.push(words);
    await Promise.resolve();
    if ((fail[words] ?? 0) > 0) {
      fail[words] = (fail[words] ?? 0) - 1;
      throw new StepFailed({ kind, message: `${words} failed` });
    }
  };
  const ports: Ports = {
    perform: (step) => action(describeOperation(step.operation)),
    undo: (step) => (step.undo ? action(`undo: ${describeOperation(step.undo)}`) : Promise.resolve()),
    together: async (actions) => {
      const results = await Promise.allSettled(actions.map((one) => one()));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    ask: async (_, id, _failure, offered) => {
      log.push(`ask: ${id} (${Object.keys(offered).join(' ')})`);
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

  it('goes back when something fails that nobody foresaw, and says its innermost cause', async () => {
    const { log, ports } = simulate();
    const activity = new Error('Activity task failed', { cause: new Error('no route') });
    const lost = () => Promise.reject(new Error('Child Workflow execution failed', { cause: activity }));
    const outcome = await carryOut(plan([start('web')]), { ...ports, safePoint: lost });
    expect(outcome).toMatchObject({ status: 'undone', failure: { kind: 'unexpected', message: 'no route' } });
    expect(log).toEqual([]);

    const perform = (step: Step, id: string) => (step === remove ? lost() : ports.perform(step, id));
    expect(await carryOut(plan([start('web')]), { ...ports, perform })).toEqual({
      status: 'committed',
      warnings: ['retire: remove web o on h: no route'],
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
      'ask: switch: switch routes to r on h (retry skip)',
      'undo: switch routes to o on h',
      'ask: switch: switch routes to r on h (retry skip)',
      'undo: remove web r on h',
    ]);
    expect(outcome).toMatchObject({ status: 'undone', undone: ['prepare: start web r on h'] });
  });

  it.each<[OperatorAnswer[], string]>([
    [['retry'], 'committed'],
    [['skip'], 'committed'],
    [['rollback'], 'undone'],
  ])('asks past an irreversible step instead of going back: %s → %s', async (answers, status) => {
    const { log, ports } = simulate({ 'start web r on h': 1 }, answers);
    expect(await carryOut(plan([drop], [start('web')]), ports)).toMatchObject({ status });
    expect(log).toContain('ask: prepare: start web r on h (retry skip rollback)');
  });

  it('asks about the irreversible step itself, for it may have happened', async () => {
    const { log, ports } = simulate({ 'run command of api #1 on h': 1 }, ['retry']);
    expect(await carryOut(plan([drop]), ports)).toMatchObject({ status: 'committed' });
    expect(log.slice(0, 3)).toEqual([
      'run command of api #1 on h',
      'ask: prepare: run command of api #1 on h (retry skip rollback)',
      'run command of api #1 on h',
    ]);
  });

  describe('where the environment says onFailure: ask', () => {
    const asking = (...prepare: Step[][]): Plan => ({ ...plan(...prepare), onFailure: 'ask' });
    const two = (service: string): Step[] => [start(service), onHost('i', start(service))];

    it.each<[OperatorAnswer, string]>([
      ['retry', 'committed'],
      ['skip', 'committed'],
      ['rollback', 'undone'],
    ])('a failure that a person can mend asks: %s → %s', async (answer, status) => {
      const { log, ports } = simulate({ 'start web r on h': 1 }, [answer]);
      expect(await carryOut(asking([start('web')]), ports)).toMatchObject({ status });
      expect(log).toContain('ask: prepare: start web r on h (retry skip rollback)');
    });

    it("the release's own failure goes back at once", async () => {
      const { log, ports } = simulate({ 'start web r on h': 1 }, [], undefined, 'unhealthy');
      expect(await carryOut(asking([start('web')]), ports)).toMatchObject({ status: 'undone' });
      expect(log.join()).not.toMatch(/ask/);
    });

    it('a host is left out of all that follows, and of the cleaning', async () => {
      const { log, ports } = simulate({ 'start web r on i': 1 }, ['exclude-host']);
      const left = onHost('i', remove);
      const whole = asking(two('api'), two('web'), two('jobs'));
      whole.phases[3]?.batches[0]?.push(left);
      expect(await carryOut(whole, ports)).toEqual({ status: 'committed', warnings: [] });
      expect(log.filter((line) => line.includes(' on i'))).toEqual([
        'start api r on i',
        'start web r on i',
        'ask: prepare: start web r on i (retry skip exclude-host rollback)',
      ]);
    });

    it('a host that was left out is not touched by the way back either', async () => {
      const { log, ports } = simulate({ 'start web r on i': 1, 'switch routes to r on h': 1 }, [
        'exclude-host',
        'rollback',
      ]);
      expect(await carryOut(asking(two('api'), two('web')), ports)).toMatchObject({ status: 'undone' });
      expect(log.slice(-3)).toEqual([
        'undo: switch routes to o on h',
        'undo: remove web r on h',
        'undo: remove api r on h',
      ]);
    });

    it('steps that fail side by side on a host that is then left out are asked about once', async () => {
      const { log, ports } = simulate({ 'start web r on i': 1, 'start api r on i': 1 }, ['exclude-host']);
      expect(await carryOut(asking([...two('api'), ...two('web')]), ports)).toMatchObject({ status: 'committed' });
      expect(log.filter((line) => line.startsWith('ask'))).toHaveLength(1);
    });

    it('no host is left out that alone has what the release needs', async () => {
      const { log, ports } = simulate({ 'start web r on i': 1 }, ['skip']);
      await carryOut(asking([start('api'), onHost('i', start('web'))]), ports);
      expect(log).toContain('ask: prepare: start web r on i (retry skip rollback)');
    });
  });
});
