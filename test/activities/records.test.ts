import { connectRegistry } from '../../activities/drivers/registry/registry';
import { readRecord } from '../../activities/records/record-format';
import { findRecord, loadRecord } from '../../activities/records/load-record';
import { createRecordActivities } from '../../activities/records/records';
import { assembleRecord } from '../../activities/records/store-release';
import type { StoreInput } from '../../activities/types';
import type { EnvironmentRecord } from '../../src/manifest/record';
import type { LedgerEntry } from '../../src/model/ledger';
import type { Service } from '../../src/model/service';
import { describeWith, parts } from '../setup/parts';
import { failureOf, uniqueName } from './fixtures';

const service: Service = {
  name: 'web',
  kind: 'released',
  image: '',
  replicas: 1,
  dependsOn: [],
  networks: [],
  container: { environment: { TOKEN: '{{secret:token}}' }, mounts: [], ports: [], expose: [] },
  before: [],
  healthyWithinMs: 1,
  drainMs: 1,
};
const environment: EnvironmentRecord = {
  name: 'staging',
  project: 'shop-staging',
  hosts: [],
  strategy: { kind: 'blue-green' },
  services: [service],
  networks: [],
  volumes: [],
  routes: [],
  verifications: [],
  soakMs: 1,
  retention: 1,
  onFailure: 'rollback',
  operators: [],
  variables: {},
  compose: [],
  secrets: {},
};
const image = `127.0.0.1:1/x@sha256:${'a'.repeat(64)}`;
const inputOf = (app: string, address: string, release = 'abc'): StoreInput => ({
  draft: {
    app,
    source: { url: 'https://u:canary-token@git.example/x.git?private=canary-token', commit: 'c'.repeat(40) },
    commit: { sha: 'c'.repeat(40), author: 'A', subject: 's', at: '2030-01-01T00:00:00Z' },
    registry: { address },
    builds: [],
    images: {},
    environments: [environment],
    warnings: [],
  },
  release,
  artifacts: { web: { image, origin: 'given' } },
  startedBy: 'me',
  createdAt: '2030-01-01T00:00:00Z',
});

describe('a record', () => {
  test('has the digests in its services, and no login', () => {
    const record = assembleRecord(inputOf('shop', 'reg.example'));
    expect(record.environments[0]!.services[0]!.image).toBe(image);
    expect(record.source.url).toBe('https://git.example/x.git');
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test('needs an artifact for every service', () => {
    expect(() => assembleRecord({ ...inputOf('shop', 'reg.example'), artifacts: {} })).toThrow(
      'environments.staging: no image was built, given or resolved for the service web. There are images of: none',
    );
  });

  test.each([
    ['of a later format', { format: 2 }, /is of format 2, and this worker reads format 1\. Start a newer worker/],
    ['of another release', { release: 'other' }, /is of release other of shop\. Expected abc of shop/],
    ['that is none', { environments: 'x' }, /is no release record: .*environments/s],
  ])('%s is refused', (_, change, says) => {
    const json = { ...assembleRecord(inputOf('shop', 'reg.example')), ...change };
    const ref = { app: 'shop', release: 'abc', registry: { address: 'reg.example' } };
    expect(() => readRecord(json, ref, 'here')).toThrow(says);
  });
});

describeWith(['registry'], 'records and ledger in a registry', () => {
  const access = () => ({ address: `${parts().registry.address}/team` });
  const { storeRelease, appendLedger, readLedger, findRelease } = createRecordActivities({
    settings: {},
    checkout: () => Promise.reject(new Error('there are no files to be had')),
  });

  test('a record is stored once, and read by digest and by name', async () => {
    const app = uniqueName('rec');
    const input = inputOf(app, access().address);
    const { record: ref } = await storeRelease(input);
    expect(ref).toEqual({ app, release: 'abc', registry: access(), digest: expect.stringMatching(/^sha256:/) });
    expect((await storeRelease(input)).record).toEqual(ref);
    const record = await loadRecord(ref);
    expect(record).toEqual(assembleRecord(input));
    expect(await loadRecord(ref)).toBe(record);
    expect(await findRecord(access(), app, 'abc')).toEqual({ ref, record });
    expect(await findRecord(access(), app, 'other')).toBeUndefined();
    expect(await findRelease({ registry: access(), app, release: 'abc' })).toEqual(ref);
    const unknown = await failureOf(findRelease({ registry: access(), app, release: 'other' }));
    expect(unknown).toMatchObject({ type: 'Permanent', kind: 'no-record' });

    const { record: later } = await storeRelease({ ...input, createdAt: '2030-01-02T00:00:00Z' });
    expect(later.digest).not.toBe(ref.digest);
    expect((await findRecord(access(), app, 'abc'))!.ref).toEqual(later);
    const tags = await connectRegistry(access().address).listTags(`team/${app}/windlass`);
    expect(tags.filter((tag) => /^release-abc-\w{12}$/.test(tag))).toHaveLength(2);
    const lost = { ...ref, digest: `sha256:${'0'.repeat(64)}` };
    expect(await failureOf(loadRecord(lost))).toMatchObject({ type: 'Permanent', kind: 'no-record' });
  });

  test('the ledger: newest first, each entry once, of one environment', async () => {
    const app = uniqueName('led');
    const entryOf = (n: number, where?: string): LedgerEntry => ({
      id: `release/x/${n}`,
      at: new Date(1_900_000_000_000 + n).toISOString(),
      kind: 'rollout-ended',
      app,
      environment: where,
      by: 'windlass',
      what: `entry ${n}`,
    });
    const entries = Array.from({ length: 25 }, (_, n) => entryOf(n, n % 5 === 0 ? 'production' : 'staging'));
    for (const entry of [...entries, entries[3]!]) await appendLedger({ registry: access(), entry });
    await appendLedger({ registry: access(), entry: entryOf(30) });
    await storeRelease(inputOf(app, access().address));

    const read = async (environment: string | undefined, limit: number) =>
      (await readLedger({ registry: access(), app, environment, limit })).map(({ what }) => Number(what.slice(6)));
    expect(await read(undefined, 100)).toEqual([30, ...entries.map((_, n) => 24 - n)]);
    expect(await read(undefined, 3)).toEqual([30, 24, 23]);
    expect(await read('production', 3)).toEqual([20, 15, 10]);
    expect((await readLedger({ registry: access(), app, limit: 2 }))[1]).toEqual(entries[24]);
    expect(await readLedger({ registry: access(), app: uniqueName('none'), limit: 5 })).toEqual([]);
  });

  test('without a registry', async () => {
    await expect(readLedger({ app: 'x', limit: 1 })).rejects.toThrow(/no registry is known\. Set WINDLASS_REGISTRY/);
  });
});
