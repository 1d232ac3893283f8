import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { readRecord } from '../../../activities/records/record-format';
import { findRecord, loadRecord } from '../../../activities/records/load-record';
import { createRecordActivities } from '../../../activities/records/records';
import { assembleRecord } from '../../../activities/records/store-release';
import { describeWith, parts } from '../../setup/parts';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { failureOf, uniqueName } from '../fixtures';
import { image, storeInput } from './record-fixtures';

describe('a record', () => {
  test('has the digests in its services, and no login', () => {
    const record = assembleRecord(storeInput('shop', 'reg.example'));
    expect(record.environments[0]!.services[0]!.image).toBe(image);
    expect(record.source.url).toBe('https://git.example/x.git');
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test('of format 1, whose targets are hosts, is read as one of today; a draft of that time, too', () => {
    const input = storeInput('shop', 'reg.example');
    const record = assembleRecord(input);
    const asBefore = ({ targets, ...rest }: EnvironmentRecord) => ({ ...rest, hosts: targets });
    const former = { ...record, format: 1, environments: record.environments.map(asBefore) };
    const ref = { app: 'shop', release: 'abc', registry: { address: 'reg.example' } };
    expect(readRecord(former, ref, 'here')).toEqual(record);
    const draft = { ...input.draft, environments: input.draft.environments.map(asBefore) };
    expect(assembleRecord({ ...input, draft } as never)).toEqual(record);
  });

  test('needs an artifact for every service', () => {
    expect(() => assembleRecord({ ...storeInput('shop', 'reg.example'), artifacts: {} })).toThrow(
      'environments.staging: no image was built, given or resolved for the service web. There are images of: none',
    );
  });

  test.each([
    ['of a later format', { format: 3 }, /has format 3, but this worker reads formats up to 2\. Start a newer worker/],
    ['of another release', { release: 'other' }, /belongs to release other of shop\. Expected abc of shop/],
    ['that is none', { environments: 'x' }, /is not a release record: .*environments/s],
  ])('%s is refused', (_, change, says) => {
    const json = { ...assembleRecord(storeInput('shop', 'reg.example')), ...change };
    const ref = { app: 'shop', release: 'abc', registry: { address: 'reg.example' } };
    expect(() => readRecord(json, ref, 'here')).toThrow(says);
  });
});

describeWith(['registry'], 'records and ledger in a registry', () => {
  const access = () => ({ address: `${parts().registry.address}/team` });
  const { storeRelease, readLedger, findRelease } = createRecordActivities({
    settings: { installation: 'windlass', data: '/nowhere', ledgerKeys: [] },
    checkout: () => Promise.reject(new Error('there are no files to be had')),
  });

  test('a record is stored once, and read by digest and by name', async () => {
    const app = uniqueName('rec');
    const input = storeInput(app, access().address);
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

  test('without a registry', async () => {
    await expect(readLedger({ app: 'x', limit: 1 })).rejects.toThrow(/no registry is known\. Set WINDLASS_REGISTRY/);
  });
});
