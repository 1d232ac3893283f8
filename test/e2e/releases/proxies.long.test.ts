import { Rounds, underLoad } from '../../../lab/rounds';
import type { TestBed } from '../../../lab/test-bed';
import type { StrategyKind } from '../../../src/model/strategy';
import { describeWith } from '../../setup/parts';
import { openTestBed } from '../test-bed';

const SWITCHES = 20;
jest.setTimeout(1_200_000);

/** Behind Traefik the other tests release; `npm run campaign` goes on for longer, behind any. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'nginx', 'node'], 'behind nginx', () => {
  let bed: TestBed;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ bed, close } = await openTestBed('probe', { proxy: 'nginx' }));
  });
  afterAll(async () => await close());

  it.each<StrategyKind>(['blue-green', 'canary'])(
    `%s: ${SWITCHES} switches under load lose no request`,
    async (strategy) => {
      const rounds = new Rounds(bed);
      await rounds.begin(strategy);
      const report = await underLoad(bed, 100, async () => {
        for (let n = 0; n < SWITCHES; n += 2) {
          await rounds.switch();
          await rounds.rollBack();
        }
      });
      expect(report).toMatchObject({ failed: 0, failures: [] });
      expect(Object.keys(report.answers).length).toBeGreaterThan(SWITCHES / 2);
      expect(report.echoed).toBeGreaterThan(0);
      console.info(`${strategy}: ${report.sent} requests, ${report.failed} failed`);
    },
  );
});
