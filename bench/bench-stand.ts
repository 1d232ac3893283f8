import { Client, Connection } from '@temporalio/client';
import { oneEnvironment } from '../demo/shop';
import { Stage } from '../demo/stage';
import { ATTRIBUTE_TYPES } from '../cli/temporal/attributes';
import { type Parts, startParts } from '../parts/start';
import { Script } from './script/script';
import { WindlassSide } from './windlass-side';

const WANT = ['temporal', 'engine', 'registry', 'compose', 'images', 'node'] as const;
type BenchParts = Parts<(typeof WANT)[number]>;

/** What all measurements share: the parts, windlass on them with the shop, and the script beside it. */
export class Bench {
  private round = 0;

  private constructor(
    readonly rounds: number,
    readonly print: (line: string) => void,
    readonly parts: BenchParts,
    readonly stage: Stage,
    readonly windlass: WindlassSide,
    readonly script: Script,
  ) {}

  static async open(rounds: number, print: (line: string) => void): Promise<Bench> {
    const parts = await startParts({ want: WANT, temporal: { searchAttributes: ATTRIBUTE_TYPES }, print });
    try {
      const stage = await Stage.open(parts, parts.dir, { print });
      parts.beforeStop(() => stage.close());
      const script = await Script.open(stage, parts);
      parts.beforeStop(() => script.close());
      const connection = await Connection.connect({ address: parts.temporal.address });
      parts.beforeStop(() => connection.close());
      const windlass = new WindlassSide(stage, new Client({ connection }));
      stage.shop.write('windlass.yaml', oneEnvironment('shop', '\n    soak: 0s'));
      return new Bench(rounds, print, parts, stage, windlass, script);
    } catch (error) {
      await parts.stop();
      throw error;
    }
  }

  /** Changes a file of every service, as nobody did before; returns the commit. */
  change(): string {
    const { shop } = this.stage;
    this.round += 1;
    for (const service of ['web', 'api', 'jobs']) shop.write(`${service}/round.txt`, `${this.round}\n`);
    return shop.commit(`Round ${this.round}`);
  }

  /** Both sides have a release to go back to. */
  async haveTwoReleases(): Promise<void> {
    while (this.windlass.released < 2) await this.windlass.release(this.change());
    while (this.script.released < 2) await this.script.release();
  }

  async close(): Promise<void> {
    await this.parts.stop();
  }
}
