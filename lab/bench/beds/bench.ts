import { Client, Connection } from '@temporalio/client';
import { ATTRIBUTE_TYPES } from '../../../cli/temporal/connect/attributes';
import { type Parts, startParts } from '../../../parts/start';
import { HostsBed } from './hosts';
import { LocalBed } from './local';
import { ShopBed } from './shop';

const WANT = ['temporal', 'engine', 'registry', 'compose', 'images', 'node'] as const;
export type BenchParts = Parts<(typeof WANT)[number]>;

/** What all measurements share: the parts, and stands on them, each opened by the first that needs it. */
export class Bench {
  readonly shop = once(() => ShopBed.open(this));
  readonly local = once(() => LocalBed.open(this));
  readonly hosts = once(() => HostsBed.open(this));

  private constructor(
    readonly rounds: number,
    readonly print: (line: string) => void,
    readonly parts: BenchParts,
    readonly client: Client,
  ) {}

  static async open(rounds: number, print: (line: string) => void): Promise<Bench> {
    const parts = await startParts({ want: WANT, temporal: { searchAttributes: ATTRIBUTE_TYPES }, print });
    const connection = await Connection.connect({ address: parts.temporal.address });
    parts.beforeStop(() => connection.close());
    return new Bench(rounds, print, parts, new Client({ connection }));
  }

  async close(): Promise<void> {
    await this.parts.stop();
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
