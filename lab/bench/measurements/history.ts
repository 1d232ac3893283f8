import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { appendLedger } from '../../../activities/records/ledger/append-ledger';
import { type LedgerKey, readLedgerKey } from '../../../activities/records/ledger/ledger-key';
import { writeTag, writeTime } from '../../../activities/records/ledger/ledger-tags';
import { LEDGER_TYPE } from '../../../activities/records/ledger/read-ledger';
import { verifyLedger } from '../../../activities/records/ledger/verify-ledger';
import { headOf, type LedgerEntry } from '../../../src/model/ledger/ledger';
import type { Bench } from '../beds/bench';
import { median, seconds, spread } from '../figures/stats';
import type { Section } from './index';

/** How many entries are written at a time. */
const AT_ONCE = 8;
const ENTRIES = 10_000;
/** Of these the environment that is asked for has its entries, far apart. */
const OF_PRODUCTION = 500;
const NEWEST = 20;

/** What it takes to read, to append and to verify, where a ledger is long. */
export async function measureHistory(bench: Bench): Promise<Section> {
  const { worker } = (await bench.local()).installation;
  const registry = { address: bench.parts.registry.address };
  const app = `long${randomBytes(3).toString('hex')}`;
  const settings = { installation: 'windlass', data: join(bench.parts.dir, 'ledger'), ledgerKeys: [] };
  bench.print(`${ENTRIES} entries are written`);
  const last = await writeLedger(registry.address, app, await readLedgerKey(settings));
  const history = async (...args: string[]) => {
    const ended = await worker.run('history', ...args, '--app', app, '--limit', String(NEWEST));
    if (ended.status !== 0) throw new Error(`windlass history ${args.join(' ')}:\n${ended.stdout}${ended.stderr}`);
  };
  let n = ENTRIES;
  const calls: [string, string, number, () => Promise<unknown>][] = [
    ['windlass history', '', bench.rounds, () => history()],
    [
      `windlass history production, 1 of ${OF_PRODUCTION} entries`,
      'under 2 s',
      bench.rounds,
      () => history('production'),
    ],
    ['an entry is appended', '', bench.rounds, () => appendLedger(settings, { registry, entry: entryOf(app, ++n) })],
    [
      'status --observed: the newest 20 are verified',
      '',
      bench.rounds,
      () => verifyLedger(settings, registry, { app, heads: [{ head: last, where: 'here' }], newest: NEWEST }),
    ],
    ['history --verify: all are', '', 1, () => verifyLedger(settings, registry, { app, heads: [] })],
  ];
  const rows: string[][] = [];
  for (const [name, wanted, rounds, call] of calls) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await timed(call));
    bench.print(`${name}: ${seconds(median(times))}`);
    rows.push([name, `${times.length}`, seconds(median(times)), spread(times, seconds), wanted]);
  }
  return {
    title: `A ledger of ${ENTRIES.toLocaleString('en')} entries`,
    about: 'Of one application, in a registry on this machine; the commands from the start of the process to its end.',
    tables: [{ head: ['what', 'runs', 'median', 'min–max', 'wanted'], rows }],
  };
}

/** Of so many writes one may meet a connection that the registry has just closed. */
async function again<T>(write: () => Promise<T>, left = 5): Promise<T> {
  return await write().catch((error: Error) => (left > 0 ? again(write, left - 1) : Promise.reject(error)));
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}

/** As it would have grown; written at once, for appended one after the other they would take an hour. The head of it. */
async function writeLedger(address: string, app: string, key: LedgerKey): Promise<string> {
  const registry = connectRegistry(address);
  const heads: string[] = [];
  const write = async (n: number) => {
    const entry = entryOf(app, n);
    const tag = writeTag(writeTime(Date.parse(entry.at)), entry);
    const before = heads[Math.max(0, n - AT_ONCE)];
    const json = key.seal(entry, { tag, after: before === undefined ? [] : [before] });
    const artifact = { repository: `${app}/windlass`, tags: [tag], artifactType: LEDGER_TYPE, annotations: {}, json };
    heads[n] = headOf(tag, await again(() => registry.putArtifact(artifact)));
  };
  // Each follows an entry of the previous turn: as good a chain to read as any. The first is alone.
  await write(0);
  for (let from = 1; from < ENTRIES; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ENTRIES - from) }, (_, index) => write(from + index)));
  return heads[ENTRIES - 1]!;
}

const entryOf = (app: string, n: number): LedgerEntry => ({
  id: `bench/${n}`,
  at: new Date(Date.UTC(2026, 0) + n * 60_000).toISOString(),
  kind: 'rollout-ended',
  app,
  environment: n % OF_PRODUCTION === 0 ? 'production' : 'staging',
  by: 'ci@example.com',
  what: `on ${n}, was on ${n - 1}`,
});
