import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine';
import { ATTRIBUTE_TYPES } from '../cli/temporal/attributes';
import { say, title } from '../demo/say';
import { root } from '../demo/shop';
import { Stage } from '../demo/stage';
import { startParts } from '../parts/start';
import type { StrategyKind } from '../src/manifest/kinds';
import { add, emptyLeg, type Leg, readLegs, storeLegs, type Trouble } from './results';
import { Rounds, underLoad, WRITTEN } from './rounds';

const { values } = parseArgs({
  options: {
    switches: { type: 'string', default: '50' },
    rate: { type: 'string', default: '300' },
    /** Some strategies only: `--strategy canary --strategy rolling`. */
    strategy: { type: 'string', multiple: true, default: Object.keys(WRITTEN) },
    trouble: { type: 'string', multiple: true, default: ['none', 'worker killed'] },
    anew: { type: 'boolean', default: false },
  },
});
const perSecond = Number(values.rate);

/** Every strategy, without trouble and with it: so many switches and as many rollbacks under load. */
async function campaign(): Promise<number> {
  title('Parts');
  const parts = await startParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: say,
  });
  const legs = values.anew ? [] : readLegs();
  const machine = await describeMachine({ parts });
  try {
    for (const trouble of values.trouble as Trouble[])
      for (const strategy of values.strategy as StrategyKind[]) {
        const leg = legOf(legs, { strategy, trouble, machine });
        const wanted = strategy === 'recreate' ? Math.min(5, Number(values.switches)) : Number(values.switches);
        if (leg.rollbacks >= wanted) continue;
        title(`${strategy}, trouble: ${trouble}`);
        const stage = await Stage.open(parts, `${parts.dir}/${strategy}-${trouble.replace(' ', '-')}`, {
          print: say,
          example: 'probe',
          app: `probe${legs.indexOf(leg)}`,
        });
        parts.beforeStop(() => stage.close());
        await walk(stage, parts.engine.host, leg, wanted, () => storeLegs(legs));
        await stage.close();
      }
  } finally {
    await parts.stop();
  }
  return legs.filter(({ strategy, failed }) => strategy !== 'recreate' && failed > 0).length;
}

function legOf(legs: Leg[], leg: Pick<Leg, 'strategy' | 'trouble' | 'machine'>): Leg {
  const { strategy, trouble } = leg;
  const found = legs.find((leg) => leg.strategy === strategy && leg.trouble === trouble);
  if (found) return found;
  const commit = execFileSync('git', ['-C', root(), 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  legs.push(emptyLeg({ ...leg, perSecond, commit }));
  return legs.at(-1)!;
}

/** From where the leg stands to so many switches and rollbacks; stored after each, so that a run may be ended at any time. */
async function walk(stage: Stage, engineHost: string, leg: Leg, wanted: number, store: () => void): Promise<void> {
  const rounds = new Rounds(stage, engineHost);
  await rounds.begin(leg.strategy as StrategyKind);
  while (leg.rollbacks < wanted) {
    for (const kind of ['switches', 'rollbacks'] as const) {
      const deed = () => (kind === 'switches' ? rounds.switch() : rounds.rollBack());
      const began = Date.now();
      const report = await underLoad(stage, perSecond, () =>
        leg.trouble === 'none' ? deed() : killWorkerDuring(stage, leg[kind], deed),
      );
      add(leg, kind, report);
      store();
      const outage = leg.strategy === 'recreate' ? `, outage ${report.outageMs} ms` : '';
      say(
        `${leg[kind]} ${kind}: ${report.sent} requests, ${report.failed} failed${outage}, ` +
          `p99 ${report.latency.p99} ms, ${((Date.now() - began) / 1_000).toFixed(1)} s`,
      );
      if (leg.strategy !== 'recreate') for (const failure of report.failures) say(`  ${failure}`);
    }
  }
}

/** Kills the worker, at another moment in each round, and starts one again. */
async function killWorkerDuring(stage: Stage, round: number, deed: () => Promise<void>): Promise<void> {
  const done = deed();
  const kill = async () => {
    await pause(1_000 + 400 * (round % 12));
    await stage.windlass.stopWorker('SIGKILL');
    await stage.windlass.startWorker();
  };
  await Promise.all([done, kill()]);
}

campaign().then(
  (lost) => process.exit(lost > 0 ? 1 : 0),
  (error: Error) => {
    process.stderr.write(`\nThe campaign ended early: ${error.message}\nThe same command goes on from here.\n`);
    process.exit(1);
  },
);
