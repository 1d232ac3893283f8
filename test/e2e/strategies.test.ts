import { Rounds, underLoad } from '../../campaign/rounds';
import type { Stage } from '../../demo/stage';
import type { StrategyKind } from '../../src/manifest/kinds';
import { describeWith, parts } from '../setup/parts';
import { openStand } from './stand';

/** A short form of `npm run campaign`: each strategy under the load that could notice it. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'under load', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  let rounds: Rounds;

  beforeAll(async () => {
    ({ stage, close } = await openStand('probe'));
    rounds = new Rounds(stage, parts().engine.host);
  });
  afterAll(async () => await close());

  it.each<StrategyKind>(['blue-green', 'rolling', 'canary'])(
    '%s: no request is lost at a switch or a rollback, and two releases are never left',
    async (strategy) => {
      await rounds.begin(strategy);
      const report = await underLoad(stage, 100, async () => {
        await rounds.switch();
        await rounds.rollBack();
      });
      expect(report).toMatchObject({ failed: 0, failures: [] });
      expect(Object.keys(report.answers)).toHaveLength(2);
      expect(report.echoed).toBeGreaterThan(0);
      expect(report.closedByDrain).toBeGreaterThan(0);
    },
    300_000,
  );
});
