import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAddress } from '../../../activities/drivers/registry/address';
import { RegistryConnection } from '../../../activities/drivers/registry/connection';
import { OCI_MANIFEST, putBlob, putManifest } from '../../../activities/drivers/registry/manifests';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { committedOn, readTrusted } from '../../../activities/records/ledger/committed-on';
import { appendLedger } from '../../../activities/records/ledger/append-ledger';
import { readLedgerKey } from '../../../activities/records/ledger/ledger-key';
import { LEDGER_TYPE, readLedger } from '../../../activities/records/ledger/read-ledger';
import { verifyLedger } from '../../../activities/records/ledger/verify-ledger';
import { createRecordActivities } from '../../../activities/records/records';
import { readSettings } from '../../../activities/settings';
import { type LedgerEntry, readHead } from '../../../src/model/ledger/ledger';
import { writeTag, writeTime } from '../../../activities/records/ledger/ledger-tags';
import { describeWith, parts } from '../../setup/parts';
import { temporaryFolder } from '../../setup/temporary';
import { uniqueName } from '../fixtures';
import { passOn, serve } from './registry-fixtures';

/** A worker of its own, whose key is made in a folder of its own. */
const worker = (more: { ledgerKeys?: string[] } = {}) => ({
  installation: 'windlass',
  data: join(temporaryFolder(), 'data'),
  ledgerKeys: [],
  ...more,
});

describe('the key that signs the ledger', () => {
  test('is made at the first start for its owner alone, and stays', async () => {
    const settings = worker();
    const { publicHalf } = await readLedgerKey(settings);
    expect(publicHalf).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/);
    expect((await readLedgerKey(settings)).publicHalf).toBe(publicHalf);
    expect(statSync(join(settings.data, 'windlass.key')).mode & 0o777).toBe(0o600);
    expect((await readLedgerKey(worker())).publicHalf).not.toBe(publicHalf);
  });

  test('is shared by workers that share the key of the installation, and no other installation has it', async () => {
    const [one, other] = [worker(), worker()];
    for (const { data } of [one, other]) {
      mkdirSync(data, { recursive: true });
      for (const name of ['windlass', 'second']) writeFileSync(join(data, `${name}.key`), 'k'.repeat(40));
    }
    const { publicHalf } = await readLedgerKey(one);
    expect((await readLedgerKey(other)).publicHalf).toBe(publicHalf);
    expect((await readLedgerKey({ ...one, installation: 'second' })).publicHalf).not.toBe(publicHalf);
  });

  test('keys of other workers are a list; what is none is refused', async () => {
    const { publicHalf } = await readLedgerKey(worker());
    const { ledgerKeys } = readSettings({ WINDLASS_LEDGER_KEYS: `${publicHalf}, ${publicHalf}` });
    expect(ledgerKeys).toEqual([publicHalf, publicHalf]);
    expect(() => readSettings({ WINDLASS_LEDGER_KEYS: 'ssh-rsa AAAA' })).toThrow(
      /WINDLASS_LEDGER_KEYS: ssh-rsa AAAA is not a worker's key\. Expected what the other worker prints/,
    );
  });
});

describeWith(['registry'], 'the ledger in a registry', () => {
  const access = () => ({ address: `${parts().registry.address}/team` });
  const entryOf = (app: string, n: number, environment?: string): LedgerEntry => ({
    id: `release/x/${n}`,
    at: new Date(1_900_000_000_000 + n).toISOString(),
    kind: 'rollout-ended',
    app,
    environment,
    by: 'windlass',
    what: `entry ${n}`,
  });
  const ledgerOf = (settings = worker()) => {
    const app = uniqueName('led');
    return {
      app,
      settings,
      append: (entry: LedgerEntry, as = settings) => appendLedger(as, { registry: access(), entry }),
      write: async (count: number, environment?: string) => {
        const heads: string[] = [];
        for (let n = 1; n <= count; n += 1)
          heads.push(await appendLedger(settings, { registry: access(), entry: entryOf(app, n, environment) }));
        return heads;
      },
      verify: (heads: { head: string; where: string }[] = [], newest?: number) =>
        verifyLedger(settings, access(), { app, heads, newest }),
    };
  };
  const registry = () => connectRegistry(access().address);
  const repositoryOf = (app: string) => `team/${app}/windlass`;
  /** What somebody does who may write to the registry. */
  const attacker = (app: string) => ({
    async change(head: string, change: Partial<LedgerEntry>) {
      const { tag } = readHead(head);
      const { json } = (await registry().getArtifact(repositoryOf(app), tag))!;
      await this.put(tag, { ...(json as LedgerEntry), ...change });
    },
    put: (tag: string, json: unknown) =>
      registry().putArtifact({
        repository: repositoryOf(app),
        tags: [tag],
        artifactType: LEDGER_TYPE,
        annotations: {},
        json,
      }),
    async remove(head: string) {
      const { digest } = readHead(head);
      const url = `http://${parts().registry.address}/v2/${repositoryOf(app)}/manifests/${digest}`;
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    },
    async copy(from: string, to: string) {
      const { json } = (await registry().getArtifact(repositoryOf(app), readHead(from).tag))!;
      await this.put(to, json);
    },
  });
  /** An artifact of the ledger whose content is not JSON. */
  async function putText(repository: string, tag: string, text: string): Promise<void> {
    const connection = new RegistryConnection(readAddress(access().address), undefined);
    const layers = [
      { mediaType: LEDGER_TYPE, digest: await putBlob(connection, repository, Buffer.from(text)), size: text.length },
    ];
    const config = {
      mediaType: 'application/json',
      digest: await putBlob(connection, repository, Buffer.from('{}')),
      size: 2,
    };
    const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType: LEDGER_TYPE, config, layers };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await putManifest(connection, repository, tag, { bytes, mediaType: OCI_MANIFEST });
  }
  const kinds = async (report: Promise<{ breaks: { kind: string; tag: string }[] }>) =>
    (await report).breaks.map(({ kind, tag }) => `${kind} ${tag}`);
  const tagOf = (head: string) => readHead(head).tag;

  test('newest first, each entry once, of one environment', async () => {
    const { app, append } = ledgerOf();
    const entries = Array.from({ length: 25 }, (_, n) => entryOf(app, n, n % 5 === 0 ? 'production' : 'staging'));
    for (const entry of [...entries, entries[3]!]) await append(entry);
    await append(entryOf(app, 30));
    const read = async (environment: string | undefined, limit: number) =>
      (await readLedger(access(), { app, environment, limit })).map(({ what }) => Number(what.slice(6)));
    expect(await read(undefined, 100)).toEqual([30, ...entries.map((_, n) => 24 - n)]);
    expect(await read(undefined, 3)).toEqual([30, 24, 23]);
    expect(await read('production', 3)).toEqual([20, 15, 10]);
    expect((await readLedger(access(), { app, limit: 2 }))[1]).toMatchObject(entries[24]!);
    expect(await readLedger(access(), { app: uniqueName('none'), limit: 5 })).toEqual([]);
  });

  test('entries of earlier versions are read beside the new ones, and the chain begins after them', async () => {
    const { app, append, verify } = ledgerOf();
    const old = { ...entryOf(app, 1, 'production'), what: 'entry 1' };
    await attacker(app).put('ledger-20300317T174640001Z-0123456789ab', old);
    expect(await verify()).toMatchObject({ entries: 1, unsigned: 1, keys: [], breaks: [] });
    await append(entryOf(app, 2, 'staging'));
    await append(entryOf(app, 3, 'production'));
    const entries = await readLedger(access(), { app, environment: 'production', limit: 5 });
    expect(entries.map(({ what }) => what)).toEqual(['entry 3', 'entry 1']);
    const { since, ...report } = await verify();
    expect(report).toMatchObject({ entries: 3, unsigned: 1, breaks: [] });
    expect(since).toBe(entryOf(app, 2).at);
  });

  test('an entry that comes late is the newest all the same, and the same entry again is the one that is there', async () => {
    const { app, append, verify } = ledgerOf();
    await append(entryOf(app, 50));
    const late = await append(entryOf(app, 7));
    expect(await append(entryOf(app, 7))).toBe(late);
    expect((await readLedger(access(), { app, limit: 1 }))[0]!.what).toBe('entry 7');
    expect(await verify()).toMatchObject({ entries: 2, breaks: [] });
  });

  test('many at the same time, by two workers, are one ledger without a break', async () => {
    const one = worker();
    const other = worker({ ledgerKeys: [(await readLedgerKey(one)).publicHalf] });
    const both = { ...one, ledgerKeys: [(await readLedgerKey(other)).publicHalf] };
    const { app, append, verify } = ledgerOf(both);
    await Promise.all(Array.from({ length: 12 }, (_, n) => append(entryOf(app, n), n % 2 === 0 ? both : other)));
    const last = await append(entryOf(app, 20));
    const report = await verify();
    expect(report).toMatchObject({ entries: 13, unsigned: 0, breaks: [] });
    expect(report.keys).toHaveLength(2);
    // Whatever of it goes is missed: nothing was left behind by a fork.
    expect(await kinds(verify([{ head: last, where: 'here' }]))).toEqual([]);
  });

  test('an entry that was changed is reported', async () => {
    const { app, write, verify } = ledgerOf();
    const heads = await write(4);
    await attacker(app).change(heads[1]!, { by: 'alice@example.com' });
    expect(await kinds(verify())).toEqual([`changed ${tagOf(heads[1]!)}`]);
    // the newest as well, which nothing follows yet
    await attacker(app).change(heads[3]!, { what: 'all is well' });
    expect(await kinds(verify())).toEqual([`changed ${tagOf(heads[1]!)}`, `changed ${tagOf(heads[3]!)}`]);
  });

  test('entries that were removed are reported, the newest by those that remember them', async () => {
    const { app, write, verify } = ledgerOf();
    const heads = await write(5);
    await attacker(app).remove(heads[1]!);
    expect(await kinds(verify())).toEqual([`missing ${tagOf(heads[1]!)}`]);
    await attacker(app).remove(heads[4]!);
    expect(await kinds(verify())).toEqual([`missing ${tagOf(heads[1]!)}`]);
    const known = [{ head: heads[4]!, where: 'the state of production' }];
    expect(await kinds(verify(known))).toEqual([`missing ${tagOf(heads[1]!)}`, `missing ${tagOf(heads[4]!)}`]);
  });

  test('entries that are made up are reported, signed or not, and nothing is built on them', async () => {
    const { app, append, write, verify } = ledgerOf();
    await write(2);
    const approval = { ...entryOf(app, 9, 'production'), kind: 'decision', by: 'alice@example.com', what: 'approved' };
    const plain = 'ledger-20400101T000000000Z-aaaaaaaaaaaa_production';
    await attacker(app).put(plain, approval);
    const signed = 'ledger-20400101T000000001Z-bbbbbbbbbbbb_production';
    const stranger = await readLedgerKey(worker());
    await attacker(app).put(signed, stranger.seal(approval as LedgerEntry, { tag: signed, after: [] }));
    await attacker(app).put('ledger-nothing', 'junk');
    await append(entryOf(app, 3));
    const found = await verify();
    expect(found.breaks.map(({ kind, tag }) => `${kind} ${tag}`)).toEqual([
      `forged ${plain}`,
      `forged ${signed}`,
      'forged ledger-nothing',
    ]);
    expect(found.breaks[1]!.what).toContain(`a key that is not trusted here: ${stranger.publicHalf}`);
  });

  test('read as it is shown, an entry that does not prove itself is marked, whatever it says about that', async () => {
    const { app, settings, write } = ledgerOf();
    const heads = await write(3);
    await attacker(app).change(heads[1]!, { by: 'alice@example.com' });
    const tagAt = (n: number) => `ledger-20400101T00000000${n}Z-aaaaaaaaaaa${n}_`;
    await attacker(app).put(tagAt(0), { ...entryOf(app, 40), doubt: '' });
    const byStranger = (await readLedgerKey(worker())).seal(entryOf(app, 41), { tag: tagAt(1), after: [] });
    await attacker(app).put(tagAt(1), byStranger);
    const { readLedger: read } = createRecordActivities({ settings, checkout: () => Promise.reject(new Error('no')) });
    const told = (await read({ app, registry: access(), limit: 9 })).map(({ what, doubt }) => [what, doubt]);
    expect(told).toEqual([
      ['entry 41', 'unknown-key'],
      ['entry 40', 'unsigned'],
      ['entry 3', undefined],
      ['entry 2', 'changed'],
      ['entry 1', undefined],
    ]);
  });

  test('an entry under another tag is reported', async () => {
    const { app, write, verify } = ledgerOf();
    const [first] = await write(3);
    const later = 'ledger-20400101T000000000Z-aaaaaaaaaaaa_';
    await attacker(app).copy(first!, later);
    expect(await kinds(verify())).toEqual([`out of order ${later}`]);
  });

  test('a good entry under a tag without a time, or with an older one, does not begin the ledger', async () => {
    const { app, write, verify } = ledgerOf();
    const heads = await write(3);
    const copies = ['ledger-0', 'ledger-20001399T999999999Z-aaaaaaaaaaaa_', 'ledger-20200101T000000000Z-aaaaaaaaaaaa_'];
    for (const copy of copies) await attacker(app).copy(heads[2]!, copy);
    const report = await verify();
    expect(report.since).toBe(entryOf(app, 1).at);
    expect(report.breaks.map(({ kind, tag }) => `${kind} ${tag}`)).toEqual(copies.map((tag) => `out of order ${tag}`));
  });

  describe('what an environment is on', () => {
    const on = (app: string, n: number, digest: string): LedgerEntry => ({
      ...entryOf(app, n, 'production'),
      release: digest,
      on: `sha256:${digest}`,
    });
    const later = 'ledger-20400101T000000000Z-aaaaaaaaaaaa_production';
    const told = async (settings: ReturnType<typeof worker>, app: string) => ({
      on: await committedOn(settings, access(), app, 'production'),
      newest: (await readLedger(access(), { app, environment: 'production', limit: 1 }))[0]?.on,
      trusted: (await readTrusted(settings, access(), { app, environment: 'production', limit: 9 })).map(
        (one) => one.on,
      ),
    });
    const two = async () => {
      const { app, settings, append } = ledgerOf();
      const heads = [await append(on(app, 1, 'a')), await append(on(app, 2, 'b'))];
      return { app, settings, append, heads };
    };
    const asWritten = { on: 'sha256:b', newest: 'sha256:b', trusted: ['sha256:b', 'sha256:a'] };

    test('is not what a copy of an older entry says', async () => {
      const { app, settings, heads } = await two();
      await attacker(app).copy(heads[0]!, later);
      expect(await told(settings, app)).toEqual(asWritten);
    });

    test('is not what an entry of another application of the same worker says', async () => {
      const { app, settings, append } = await two();
      const other = uniqueName('led');
      const head = await append({ ...on(other, 9, 'c'), at: '2040-01-01T00:00:00.000Z' });
      const { json } = (await registry().getArtifact(repositoryOf(other), tagOf(head)))!;
      await attacker(app).put(tagOf(head), json);
      expect(await told(settings, app)).toEqual(asWritten);
    });

    test('is not hidden by an entry that says to be the same one, before it or after it', async () => {
      const { app, settings } = await two();
      for (const tag of ['ledger-20200101T000000000Z-aaaaaaaaaaaa_production', later])
        await attacker(app).put(tag, on(app, 2, 'forged'));
      const { newest: _, ...rest } = await told(settings, app);
      expect(rest).toEqual({ on: asWritten.on, trusted: asWritten.trusted });
    });

    test('is not what an entry without a signature says, however few of the signed ones are looked at', async () => {
      const { app, settings, append } = ledgerOf();
      await append(entryOf(app, 1, 'staging'));
      await append(entryOf(app, 3, 'production'));
      await attacker(app).put('ledger-20300317T174640002Z-aaaaaaaaaaaa_production', on(app, 2, 'forged'));
      expect(await told(settings, app)).toMatchObject({ on: undefined, trusted: [undefined] });
    });
  });

  test('nobody keeps an entry out of the ledger by putting something in its place beforehand', async () => {
    const { app, append, verify } = ledgerOf();
    await append(entryOf(app, 1));
    const tag = writeTag('20400101T000000000Z', entryOf(app, 2));
    await attacker(app).put(tag, 'junk');
    const head = await append(entryOf(app, 2));
    expect(tagOf(head)).not.toBe(tag);
    expect(await append(entryOf(app, 2))).toBe(head);
    expect((await verify()).breaks).toMatchObject([{ kind: 'forged', tag }]);
    const same = writeTag(writeTime(Date.parse(entryOf(app, 3).at)), entryOf(app, 3));
    await attacker(app).put(same, 'junk');
    expect(tagOf(await append(entryOf(app, 3)))).not.toBe(same);
    expect((await registry().getArtifact(repositoryOf(app), same))?.json).toBe('junk');
  });

  test('the chain goes on behind however much somebody puts at its end', async () => {
    const { app, append, verify } = ledgerOf();
    await append(entryOf(app, 1));
    const junk = Array.from({ length: 40 }, (_, n) => `ledger-z${String(n).padStart(2, '0')}`);
    for (const tag of junk) await attacker(app).put(tag, 'junk');
    await append(entryOf(app, 2));
    expect(await kinds(verify())).toEqual(junk.map((tag) => `forged ${tag}`));
  });

  test('an entry that is no JSON, or too deep to be written, is reported and stops nothing', async () => {
    const { app, append, verify, settings } = ledgerOf();
    const first = await append({ ...entryOf(app, 1, 'production'), on: 'sha256:a' });
    const [text, deep] = [0, 1].map((n) => `ledger-20400101T00000000${n}Z-aaaaaaaaaaaa_production`) as [string, string];
    await putText(repositoryOf(app), text, '{"id": ');
    const { json } = (await registry().getArtifact(repositoryOf(app), tagOf(first)))!;
    const nested = `${'['.repeat(6_000)}${']'.repeat(6_000)}`;
    await putText(
      repositoryOf(app),
      deep,
      JSON.stringify({ ...(json as object), x: 'HERE' }).replace('"HERE"', nested),
    );
    expect(await committedOn(settings, access(), app, 'production')).toBe('sha256:a');
    await append(entryOf(app, 2, 'production'));
    expect(await kinds(verify())).toEqual([`forged ${text}`, `changed ${deep}`]);
  });

  test('the newest of an environment are read without the others, however many there are', async () => {
    const { app, append } = ledgerOf();
    const { address } = await serve((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      passOn(parts().registry.address, req, res);
    });
    const asked: string[] = [];
    for (let n = 0; n < 24; n += 1) await append(entryOf(app, n, n % 8 === 0 ? 'production' : 'staging'));
    const read = await readLedger({ address: `${address}/team` }, { app, environment: 'production', limit: 2 });
    expect(read.map(({ what }) => what)).toEqual(['entry 16', 'entry 8']);
    // the list once; and of each entry that may be one of them the manifest and the content
    expect(asked.filter((path) => path.includes('/tags/list'))).toHaveLength(1);
    expect(asked.length).toBeLessThanOrEqual(1 + 2 * 3);
  });

  test('the newest alone are looked at first, and all where something is wrong', async () => {
    const { app, write, verify } = ledgerOf();
    const heads = await write(6);
    expect(await verify([{ head: heads[0]!, where: 'here' }], 2)).toMatchObject({ entries: 2, breaks: [] });
    await attacker(app).change(heads[0]!, { by: 'alice@example.com' });
    expect(await verify([], 2)).toMatchObject({ entries: 2, breaks: [] });
    const told = await verify([{ head: heads[0]!, where: 'here' }], 2);
    expect(told).toMatchObject({ entries: 6, breaks: [{ kind: 'changed', tag: tagOf(heads[0]!) }] });
  });
});
