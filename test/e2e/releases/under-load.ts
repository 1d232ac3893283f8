import { Rounds, underLoad } from '../../../lab/rounds';
import type { TestBed } from '../../../lab/test-bed';
import type { StrategyKind } from '../../../src/model/strategy';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, routesOf, untilBefore } from '../test-bed';

/** As they are written when two releases are to answer for as long as it takes to kill a worker. */
const KILLED = {
  canary: '{ canary: { steps: [{ weight: 50, soak: 8s }] } }',
  rolling: '{ rolling: { batch: 1, pause: 8s } }',
};
type Gradual = keyof typeof KILLED;

/** A short form of `npm run campaign`: strategies under the load that could notice them. Of the gradual ones, one is spoilt and killed. */
export const strategiesUnderLoad = (switched: StrategyKind[], spoilt: Gradual): void =>
  describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'under load', () => {
    let bed: TestBed;
    let close: () => Promise<void>;
    let rounds: Rounds;

    /** What the proxy was told, whenever it was. */
    const readRoutes = () => routesOf(parts().engine.host, bed.installation);

    beforeAll(async () => {
      ({ bed, close } = await openTestBed('probe'));
      rounds = new Rounds(bed);
    });
    afterAll(async () => await close());

    it.each(switched)(
      '%s: no request is lost at a switch or a rollback, and two releases are never left',
      async (strategy) => {
        await rounds.begin(strategy);
        const report = await underLoad(bed, 100, async () => {
          await rounds.switch();
          await rounds.rollBack();
        });
        expect(report).toMatchObject({ failed: 0, failures: [] });
        expect(Object.keys(report.answers)).toHaveLength(2);
        expect(report.echoed).toBeGreaterThan(0);
        expect(report.closedByDrain).toBeGreaterThan(0);
      },
    );

    /** What a failure goes back to: whatever is released, or a first release. */
    const begun = async (strategy: StrategyKind) => {
      if ((await rounds.instances()).length === 0) await rounds.begin(strategy);
    };

    it.each([spoilt])(
      '%s: a version that is not fit at its first share goes back, and no request is lost',
      async (strategy) => {
        await begun(strategy);
        const verify = `\n    verify: [{ http: { service: web, path: /, body: nothing, attempts: 1 } }]`;
        const report = await underLoad(bed, 100, () => rounds.fail(strategy, verify));
        expect(report).toMatchObject({ failed: 0, failures: [] });
        expect(Object.keys(report.answers)).toHaveLength(2);
      },
    );

    it.each([spoilt])(
      '%s: the worker is killed while two releases answer, and no request is lost',
      async (strategy) => {
        await rounds.begin(KILLED[strategy]);
        const report = await underLoad(bed, 100, async () => {
          const done = rounds.switch();
          const isShared = async () => (await readRoutes()).includes('weighted');
          await untilBefore(
            done.then(() => 'released'),
            isShared,
          );
          await bed.windlass.stopWorker('SIGKILL');
          expect(await isShared()).toBe(true);
          await bed.windlass.startWorker();
          await done;
        });
        expect(report).toMatchObject({ failed: 0, failures: [] });
        expect(Object.keys(report.answers)).toHaveLength(2);
        expect(await readRoutes()).not.toContain('weighted');
      },
    );

    it('no traffic is touched by a version that does not start', async () => {
      await begun('rolling');
      const before = await readRoutes();
      const spoil = (shop: TestBed['shop']) => shop.edit('web/main.js', /^/, 'process.exit(1);\n');
      const report = await underLoad(bed, 100, () => rounds.fail('rolling', '', spoil));
      expect(report).toMatchObject({ failed: 0, failures: [] });
      expect(Object.keys(report.answers)).toHaveLength(1);
      expect(await readRoutes()).toBe(before);
    });
  });
