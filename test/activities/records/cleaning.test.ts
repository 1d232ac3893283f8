import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { cleanRegistry } from '../../../activities/cleaning/clean-registry';
import { findSpare } from '../../../activities/cleaning/find-spare';
import { claim } from '../../../activities/decisions/claims';
import { cleanCheckouts } from '../../../activities/drivers/git/clean-checkouts';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { appendLedger } from '../../../activities/records/ledger/append-ledger';
import { loadRecord } from '../../../activities/records/load-record';
import { readLedger } from '../../../activities/records/ledger/read-ledger';
import { storeRelease } from '../../../activities/records/store-release';
import { verifyLedger } from '../../../activities/records/ledger/verify-ledger';
import { imageTag } from '../../../src/model/names';
import type { LedgerKind } from '../../../src/model/ledger/ledger';
import type { RecordRef } from '../../../src/model/release';
import { describeWith, parts } from '../../setup/parts';
import { temporaryFolder } from '../../setup/temporary';
import { failureOf, uniqueName } from '../fixtures';
import { storeInput } from './record-fixtures';
import { passOn, serve } from './registry-fixtures';

describe('checkouts of the worker', () => {
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000);
  const folderWith = (ages: number[]) => {
    const folder = temporaryFolder();
    for (const [index, age] of ages.entries()) {
      const path = join(folder, `checkout-${index}`);
      mkdirSync(path);
      utimesSync(path, hours(age), hours(age));
    }
    return folder;
  };

  test('that were not used for an hour go, but for the newest six', async () => {
    const folder = folderWith([9, 8, 7, 6, 5, 4, 3, 2]);
    await cleanCheckouts(folder);
    expect(readdirSync(folder).sort()).toEqual([2, 3, 4, 5, 6, 7].map((n) => `checkout-${n}`));
  });

  test('that were used within the hour stay, however many there are', async () => {
    const folder = folderWith(Array.from({ length: 20 }, () => 0.5));
    await cleanCheckouts(folder);
    expect(readdirSync(folder)).toHaveLength(20);
    await cleanCheckouts(join(folder, 'nowhere'));
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describeWith(['registry'], 'a registry', () => {
  const access = () => ({ address: parts().registry.address });
  const registry = () => connectRegistry(access().address);
  const settings = { installation: 'windlass', data: temporaryFolder(), ledgerKeys: [] };

  const KINDS = ['release-started', 'rollout-ended', 'release-ended'] as const;
  const ONE = ['rollout-ended'] as const;

  /** An application whose releases are in the registry: record, image of its one service, three entries each. */
  async function appWith(count: number, kinds: readonly LedgerKind[] = KINDS) {
    const app = uniqueName('clean');
    const refs: RecordRef[] = [];
    for (let n = 1; n <= count; n += 1) refs.push(await release(app, n, kinds));
    return { app, refs };
  }
  async function release(app: string, n: number, kinds: readonly LedgerKind[]): Promise<RecordRef> {
    const name = String(n).padStart(4, '0') + randomBytes(3).toString('hex');
    const digest = await registry().putArtifact({
      repository: `${app}/web`,
      tags: [imageTag(app, name)],
      artifactType: 'application/vnd.example.image',
      annotations: {},
      json: { n, name },
    });
    const image = `${access().address}/${app}/web@${digest}`;
    const createdAt = new Date(1_900_000_000_000 + n * 60_000).toISOString();
    const input = {
      ...storeInput(app, access().address, name),
      artifacts: { web: { image, origin: 'built' as const } },
    };
    const { record } = await storeRelease({ ...input, createdAt }, () => Promise.reject(new Error('no files')));
    for (const kind of kinds)
      await appendLedger(settings, {
        registry: access(),
        entry: { id: `${name}/${kind}`, at: createdAt, kind, app, environment: 'production', by: 'ci', what: name },
      });
    return record;
  }
  const tagsOf = async (app: string) => {
    const [records, images] = await Promise.all(
      [`${app}/windlass`, `${app}/web`].map((one) => registry().listTags(one)),
    );
    return { records: records!, images: images! };
  };
  const clean = (
    app: string,
    refs: RecordRef[],
    keep: number,
    ledger: number,
    { open = [], elsewhere = [] }: { open?: string[]; elsewhere?: string[] } = {},
  ) =>
    cleanRegistry(
      settings,
      access(),
      { app, keep, ledger, by: 'ops', at: '2030-06-01T00:00:00Z', id: `cleaning/${app}/1` },
      { environments: refs.map(({ digest }) => ({ environment: 'production', digest })), open, elsewhere },
    );

  test('has as much after twenty-four releases as after six, once it is cleaned', async () => {
    const [six, more] = [await appWith(6, ONE), await appWith(24, ONE)];
    await clean(six.app, [], 6, 6);
    await clean(more.app, [], 6, 6);
    const [few, many] = [await tagsOf(six.app), await tagsOf(more.app)];
    expect(few.images).toHaveLength(6);
    expect(many.images).toHaveLength(6);
    // the one entry that says that it was cleaned
    expect(many.records.length - few.records.length).toBeLessThanOrEqual(1);
  });

  test('keeps what an environment may go back to, however old, what is in progress, and the newest', async () => {
    const { app, refs } = await appWith(7);
    const [oldest, second, third] = refs.map(({ release: name }) => name) as [string, string, string];
    const plan = await findSpare(
      settings,
      access(),
      app,
      { keep: 2, ledger: 100 },
      { environments: [{ environment: 'production', digest: refs[0]!.digest }], open: [third], elsewhere: [] },
    );
    expect(plan.releases).toEqual([refs[4], refs[3], refs[1]].map((ref) => ref!.release));
    expect(plan.kept).toEqual(
      expect.arrayContaining([
        { release: oldest, why: 'production may go back to it' },
        { release: third, why: 'it is in progress' },
        { release: refs[6]!.release, why: 'it is one of the newest 2' },
      ]),
    );
    // nothing was removed by looking
    expect((await tagsOf(app)).images).toHaveLength(7);

    expect(await clean(app, [refs[0]!], 2, 100, { open: [third] })).toEqual(plan);
    const { images, records } = await tagsOf(app);
    expect(images.sort()).toEqual(
      [refs[0], refs[2], refs[5], refs[6]].map((ref) => imageTag(app, ref!.release)).sort(),
    );
    expect(records.some((tag) => tag.startsWith(`release-${second}`))).toBe(false);
    expect(await loadRecord(refs[0]!)).toMatchObject({ release: oldest });
    expect(await registry().readImage(`${app}/web`, imageTag(app, oldest))).toBeDefined();
    expect((await clean(app, [refs[0]!], 2, 100, { open: [third] })).manifests).toEqual([]);
  });

  test('keeps an image that another release has, too', async () => {
    const { app, refs } = await appWith(2);
    const { artifacts } = await loadRecord(refs[0]!);
    const again = { ...storeInput(app, access().address, 'again'), artifacts };
    await storeRelease({ ...again, createdAt: '2031-01-01T00:00:00Z' }, () => Promise.reject(new Error('no files')));
    await clean(app, [], 1, 100);
    expect((await tagsOf(app)).images).toEqual([imageTag(app, refs[0]!.release)]);
  });

  test('keeps an image that an environment of another application runs', async () => {
    const { app, refs } = await appWith(3);
    const image = (await loadRecord(refs[0]!)).artifacts['web']!.image;
    await clean(app, [], 1, 100, { elsewhere: [image] });
    const left = [refs[0], refs[2]].map((ref) => imageTag(app, ref!.release)).sort();
    expect((await tagsOf(app)).images.sort()).toEqual(left);
  });

  describe('says which statements were used', () => {
    const inHours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
    const used = { nonce: 'of a question', environment: 'production', run: 'one', until: inHours(-20) };
    const another = { ...used, run: 'another' };
    const usedTags = async (app: string) => (await tagsOf(app)).records.filter((tag) => tag.startsWith('used-'));

    test('until a day after they are over, and not longer', async () => {
      const { app, refs } = await appWith(1, ONE);
      const over = Array.from({ length: 12 }, (_, n) => ({ ...used, nonce: `over ${n}`, until: inHours(-25 - n) }));
      for (const one of [used, { ...used, nonce: 'of old', until: undefined }, ...over])
        expect(await claim(refs[0]!, one)).toBe(true);
      expect(await clean(app, refs, 1, 9)).toMatchObject({ statements: 12 });
      expect(await usedTags(app)).toHaveLength(2);
      expect(await claim(refs[0]!, another)).toBe(false);
      expect(await claim(refs[0]!, used)).toBe(true);
      expect(await clean(app, refs, 1, 9)).toMatchObject({ statements: 0, manifests: [] });
    });

    test('and nothing goes that somebody else has given such a tag', async () => {
      const { app, refs } = await appWith(2, ONE);
      const registryOf = connectRegistry(refs[0]!.registry.address);
      await registryOf.tagImage(`${app}/windlass`, refs[0]!.digest, 'used-0');
      await claim(refs[0]!, { ...used, until: inHours(-40) });
      const { digest } = (await registryOf.getArtifact(`${app}/windlass`, (await usedTags(app))[1]!))!;
      await registryOf.tagImage(`${app}/windlass`, digest, 'used-by-eve');
      expect((await clean(app, refs, 2, 9)).manifests.map(({ tags }) => tags)).toEqual([
        [expect.stringMatching(/^used-\w{40}-\w{12}$/)],
      ]);
      expect(await loadRecord(refs[0]!)).toMatchObject({ release: refs[0]!.release });
    });

    test('of earlier versions, too, which had one tag for all runs', async () => {
      const { refs } = await appWith(1, ONE);
      const hash = createHash('sha256')
        .update(JSON.stringify([used.nonce, used.environment]))
        .digest('hex');
      await registry().putArtifact({
        repository: `${refs[0]!.app}/windlass`,
        tags: [`used-${hash.slice(0, 40)}`],
        artifactType: 'application/vnd.windlass.claim.v1+json',
        annotations: {},
        json: used,
      });
      expect(await claim(refs[0]!, another)).toBe(false);
      expect(await claim(refs[0]!, used)).toBe(true);
    });

    test('of two runs that look before either has written, no two get it', async () => {
      const { app } = await appWith(1, ONE);
      // Nobody is told of tags before both have asked for them.
      const asked: (() => void)[] = [];
      const { address } = await serve((req, res) => {
        const go = () => passOn(parts().registry.address, req, res);
        if (!req.url!.includes('/tags/list') || asked.length >= 2) return go();
        asked.push(go);
        if (asked.length === 2) asked.forEach((one) => one());
      });
      const place = { app, release: 'x', registry: { address }, digest: 'sha256:0' };
      const got = await Promise.all([claim(place, used), claim(place, another)]);
      expect(got.filter(Boolean).length).toBeLessThan(2);
      expect(await usedTags(app)).toHaveLength(2);
    });
  });

  test('loses no entry of a ledger that does not prove itself, nor what somebody has tagged as one', async () => {
    const { app, refs } = await appWith(4);
    const { registry: of, digest } = refs[3]!;
    const repository = `${app}/windlass`;
    await connectRegistry(of.address).tagImage(repository, digest, 'ledger-0');
    const { entries } = await clean(app, [refs[3]!], 1, 3);
    expect(entries).toEqual({ count: 0, broken: 1 });
    expect(await loadRecord({ ...refs[3]!, app })).toMatchObject({ release: refs[3]!.release });
    expect(await registry().headManifest(repository, digest)).toBe(digest);
    expect((await verifyLedger(settings, access(), { app, heads: [] })).entries).toBe(13);
  });

  test('has a ledger that still proves itself, and tells what else is missing', async () => {
    const { app, refs } = await appWith(4);
    const head = (await verifyLedger(settings, access(), { app, heads: [] })).entries;
    expect(head).toBe(12);
    await clean(app, refs, 4, 5);
    const entries = await readLedger(access(), { app, limit: 100 });
    expect(entries).toHaveLength(6);
    expect(entries[0]).toMatchObject({ kind: 'cleaned', by: 'ops', until: expect.stringMatching(/^ledger-/) });
    expect(await verifyLedger(settings, access(), { app, heads: [] })).toMatchObject({ entries: 6, breaks: [] });
    const tags = (await registry().listTags(`${app}/windlass`)).filter((tag) => tag.startsWith('ledger-')).sort();
    const digest = await registry().headManifest(`${app}/windlass`, tags[2]!);
    await registry().deleteManifest(`${app}/windlass`, digest!);
    expect((await verifyLedger(settings, access(), { app, heads: [] })).breaks).toMatchObject([
      { kind: 'missing', tag: tags[2] },
    ]);
  });

  test('that does not allow deletion is reported', async () => {
    const { address } = await serve((_, res) => void res.writeHead(405).end());
    const failure = await failureOf(connectRegistry(address).deleteManifest('a/b', `sha256:${'0'.repeat(64)}`));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'no-deletion' });
    expect(failure.message).toContain('does not allow deletion');
  });
});
