import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine';
import { ATTRIBUTE_TYPES } from '../cli/temporal/attributes';
import { say, title } from '../demo/say';
import { root } from '../demo/shop';
import { Stage } from '../demo/stage';
import { startHosts, type TestHost } from '../parts/hosts';
import { startParts } from '../parts/start';
import type { StrategyKind } from '../src/manifest/kinds';
import { add, emptyLeg, HOSTS, type Leg, readLeg, storeLeg } from './results';
import { Rounds, underLoad, WRITTEN } from './rounds';
import { type Trouble, TROUBLES } from './troubles';

const { values } = parseArgs({
  options: {
    switches: { type: 'string', default: '50' },
    rate: { type: 'string', default: '300' },
    /** Some strategies only: `--strategy canary --strategy rolling`. */
    strategy: { type: 'string', multiple: true, default: Object.keys(WRITTEN) },
    trouble: { type: 'string', multiple: true, default: Object.keys(TROUBLES) },
    /** Legs played side by side, each with an installation and a load of its own. */
    'at-once': { type: 'string', default: '1' },
    anew: { type: 'boolean', default: false },
  },
});
const perSecond = Number(values.rate);

/** Every strategy under every trouble: so many switches and as many rollbacks under load. */
async function campaign(): Promise<number> {
  title('Parts');
  const parts = await startParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: say,
  });
  const hosts = await startHosts(HOSTS, { ...parts, images: [parts.images.proxy.name] });
  parts.beforeStop(() => hosts.stop());
  const machine = await describeMachine({ parts });
  const wanted = (values.trouble as Trouble[]).flatMap((trouble) =>
    (values.strategy as StrategyKind[]).map((strategy) => ({ strategy, trouble })),
  );
  const legs = wanted.map((which) => (!values.anew && readLeg(which)) || begin({ ...which, machine }));
  // What has come least far goes first: runs that are ended early leave legs alike.
  const waiting = [...legs].sort((a, b) => a.rollbacks - b.rollbacks);
  const playInTurn = async () => {
    for (let leg = waiting.shift(); leg; leg = waiting.shift()) await play(leg);
  };
  try {
    await Promise.all(Array.from({ length: Number(values['at-once']) }, playInTurn));
  } finally {
    await parts.stop();
  }
  return legs.filter(({ strategy, failed }) => strategy !== 'recreate' && failed > 0).length;

  async function play(leg: Leg): Promise<void> {
    const rounds = leg.strategy === 'recreate' ? Math.min(5, Number(values.switches)) : Number(values.switches);
    if (leg.rollbacks >= rounds) return;
    const stage = await Stage.open(parts, mkdtempSync(join(parts.dir, 'stage-')), {
      print: () => undefined,
      example: 'probe',
      app: `probe${randomBytes(2).toString('hex')}`,
      hosts,
    });
    const close = once(() => stage.close());
    // On a signal the hosts end at the same time, and take with them what is there.
    parts.beforeStop(() => close().catch(() => undefined));
    let isEnding = false;
    parts.beforeStop(() => void (isEnding = true));
    await walk(stage, hosts.all, leg, rounds, () => isEnding);
    await close();
  }
}

function begin(leg: Pick<Leg, 'strategy' | 'trouble' | 'machine'>): Leg {
  const commit = execFileSync('git', ['-C', root(), 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return emptyLeg({ ...leg, perSecond, commit });
}

/**
 * From where the leg stands to so many switches and rollbacks; stored after each, so that a run may be ended at any time: what it
 * is at then loses what it stands on, and does not count.
 */
async function walk(stage: Stage, hosts: TestHost[], leg: Leg, wanted: number, isEnding: () => boolean): Promise<void> {
  let mended: Promise<unknown> = Promise.resolve();
  const rounds = new Rounds(stage, async () => void (await mended));
  await rounds.begin(leg.strategy);
  while (leg.rollbacks < wanted) {
    for (const kind of ['switches', 'rollbacks'] as const) {
      const began = Date.now();
      const before = rounds.asked;
      const report = await underLoad(stage, perSecond, async () => {
        const done = kind === 'switches' ? rounds.switch() : rounds.rollBack();
        mended = TROUBLES[leg.trouble].strike({ stage, hosts, kind, round: leg[kind] });
        await Promise.all([done, mended]);
      });
      if (isEnding()) return;
      add(leg, kind, { ...report, asked: rounds.asked - before });
      storeLeg(leg);
      const outage = leg.strategy === 'recreate' ? `, outage ${report.outageMs} ms` : '';
      say(
        `${leg.strategy}, ${leg.trouble}: ${leg[kind]} ${kind}: ${report.sent} requests, ${report.failed} failed${outage}, ` +
          `p99 ${report.latency.p99} ms, ${((Date.now() - began) / 1_000).toFixed(1)} s`,
      );
      if (leg.strategy !== 'recreate') for (const failure of report.failures) say(`  ${failure}`);
    }
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}

campaign().then(
  (lost) => process.exit(lost > 0 ? 1 : 0),
  (error: Error) => {
    process.stderr.write(`\nThe campaign ended early: ${error.message}\nThe same command goes on from here.\n`);
    process.exit(1);
  },
);
