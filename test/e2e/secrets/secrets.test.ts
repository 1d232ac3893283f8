import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TestBed } from '../../../lab/test-bed';
import { changes } from '../../../lab/shop';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { openTestBed, promote } from '../test-bed';

/** Digits, which nothing but base64 writes in another way, after signs that JSON, URLs, shells and compose each write in their own. */
const some = () => randomBytes(24).toString('hex');
const digits = { staging: some(), production: some(), changed: some() };
const canary = {
  staging: valueWith(digits.staging),
  production: valueWith(digits.production),
  changed: valueWith(digits.changed),
};
function valueWith(some: string) {
  return `canary "+/=%41$HOME\\' ${some}`;
}

/** A quarter of the digits is a leak too: every run of 12 of them, or of 16 letters of their base64, wherever that begins. */
const TRACES = Object.values(digits).flatMap((some) => [
  ...runsOf(some, 12),
  ...[0, 1, 2].flatMap((before) => runsOf(btoa('x'.repeat(before) + some).slice(4, 64), 16)),
]);
function runsOf(text: string, length: number): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, from) => text.slice(from, from + length));
}
/** What of the secrets stands in a text; a few of it are enough. */
const traces = (text: string) => TRACES.filter((trace) => text.includes(trace)).slice(0, 3);

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the value of a secret', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;
  let commandLines: { seen: Set<string>; stop: () => void };
  let good: string;
  let better: string;
  let bad: string;
  /** What the production's secret store prints. */
  let store: string;

  beforeAll(async () => {
    server = await testServer();
    ({ bed, close } = await openTestBed());
    await bed.windlass.stopWorker();
    bed.variables['SHOP_STAGING_TOKEN'] = canary.staging;
    delete bed.variables['SHOP_PRODUCTION_TOKEN'];
    bed.variables['WINDLASS_SECRET_COMMANDS'] = 'cat';
    store = join(bed.shop.dir, '..', 'production.token');
    writeFileSync(store, `${canary.production}\n`);
    const exec = `{ exec: [cat, ${JSON.stringify(store)}] }`;
    bed.shop.edit('windlass.yaml', '{ env: SHOP_PRODUCTION_TOKEN }', exec);
    commandLines = watchCommandLines();
    await bed.windlass.startWorker();
    for (const soak of ['soak: 2s', 'soak: 4s']) bed.shop.edit('windlass.yaml', soak, 'soak: 1s');
    const all = "const all = [token, btoa(token), encodeURIComponent(token)].join(' ');";
    bed.shop.edit('api/main.js', "const offer = 'bread';", `const offer = 'bread';\n${all}`);
    bed.shop.edit('api/main.js', "'api: listens on 5000'", '`api: listens on 5000 ${all}`');
  });
  afterAll(async () => {
    commandLines?.stop();
    await close?.();
    await server?.teardown();
  });

  it('would be found, however it is written', () => {
    const value = canary.production;
    const written = [value, JSON.stringify(JSON.stringify(value)), encodeURIComponent(value), value.slice(0, 40)];
    const encoded = ['', 'a', 'ab'].map((before) => btoa(`${before}${value} and more`));
    for (const text of [...written, ...encoded]) expect(traces(`before ${text} after`)).not.toEqual([]);
  });

  /** It reaches the container that needs it. */
  const isReleased = async () => {
    good = changes.first(bed.shop);
    expect(await promote(bed, good)).toMatchObject({ status: 0 });
    expect(await tokenOf('production', 'web')).toBe(canary.production);
    expect(await tokenOf('staging', 'web')).toBe(canary.staging);
  };

  /** It is the one of today after a rollback, which names what has changed, as the label of the container does. */
  const isOfTodayAfterRollback = async () => {
    const { windlass } = bed;
    better = changes.better(bed.shop);
    expect(await promote(bed, better)).toMatchObject({ status: 0 });
    const before = await labelsOf('production', 'web');
    writeFileSync(store, canary.changed);
    const [was, is] = [good.slice(0, 10), better.slice(0, 10)];
    const asked = await windlass.run('diff', 'production', was);
    expect(asked.stdout).toMatch(new RegExp(`API_TOKEN .*today's value differs from ${was}'s`));
    // What the container says holds the old value, which nobody knows any more.
    expect((await windlass.run('logs', 'production', 'api')).stdout).toMatch(/withheld: .* API_TOKEN,/);
    const { status, stdout } = await windlass.run('rollback', 'production', '--by', 'ops@example.com');
    expect({ status, found: traces(stdout) }).toEqual({ status: 0, found: [] });
    expect(stdout).toContain(`! secret API_TOKEN: ${was} ran with another value and now gets today's`);
    expect(await tokenOf('production', 'web')).toBe(canary.changed);
    const after = await labelsOf('production', 'web');
    const label = `${bed.installation}.secrets`;
    expect([before[label], after[label]]).toEqual([1, 2].map(() => expect.stringMatching(/^API_TOKEN=[0-9a-f-]{21}$/)));
    expect(before[label]).not.toBe(after[label]);
    expect(traces(JSON.stringify([before, after]))).toEqual([]);
    expect((await windlass.run('diff', 'production', is, was)).stdout).toMatch(
      new RegExp(`API_TOKEN .*${was} ran with a different value than ${is}`),
    );
    expect((await windlass.run('history', 'production')).stdout).toContain(`secret API_TOKEN: ${was} ran with another`);
  };

  /** It is missed in planning where it cannot be had, by its name and reference. */
  const isMissedInPlanning = async () => {
    renameSync(store, `${store}.gone`);
    const { status, stdout } = await bed.windlass.run('plan', 'production', better.slice(0, 10));
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout: expect.stringMatching(
        /API_TOKEN \(exec cat .*production\.token\): "cat .*" ended with exit status 1: \S*cat: '?\//,
      ),
    });
    renameSync(`${store}.gone`, store);
  };

  /** It is struck out of the last words of what fails. */
  const isStruckOutOfLastWords = async () => {
    changes.broken(bed.shop);
    bed.shop.edit('api/main.js', "'no contract with the bank'", '`no contract with the bank ${all}`');
    bad = bed.shop.commit('Tell everybody');
    const { status, said } = await promote(bed, bad);
    expect({ status, found: traces(said) }).toEqual({ status: 3, found: [] });
    expect(said).toMatch(/no contract with the bank \*\*\*/);
  };

  /** It is not in what any command prints. */
  const isNotPrinted = async () => {
    const { windlass } = bed;
    const looks = [
      ['status', '--observed'],
      ['status', bad.slice(0, 10)],
      ['history', '--limit', '100'],
      ['plan', 'production', bad.slice(0, 10)],
      ['logs', 'production', 'api'],
      ['logs', 'staging', 'api'],
      ['rollback', 'production', '--list'],
      ['diff', 'production', better.slice(0, 10)],
      ['diff', 'production', good.slice(0, 10), bad.slice(0, 10)],
      ['parity', 'staging', 'production'],
    ];
    for (const look of looks) {
      const both = await Promise.all([windlass.run(...look), windlass.run(...look, '--json')]);
      expect(both.map(({ status }) => status)).toEqual([0, 0]);
    }
    const said = windlass.printed.join('\n');
    expect(said).toMatch(/api: listens on 5000 \*\*\* \*\*\*\w?=* \*\*\*/);
    expect(traces(said)).toEqual([]);
  };

  /** It is in no history of any workflow. */
  const isInNoHistory = async () => {
    const histories = await readHistories();
    expect(histories.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['release', 'environment', 'rollout', 'inspection']),
    );
    expect(histories.filter(({ type }) => type === 'rollout')).toHaveLength(7);
    const text = histories.map((history) => history.text).join('\n');
    for (const known of ['{{secret:API_TOKEN}}', 'no contract with the bank', 'pull web', good, bad])
      expect(text).toContain(known);
    expect(
      histories.map(({ type, text }) => ({ type, found: traces(text) })).filter(({ found }) => found.length > 0),
    ).toEqual([]);
  };

  /** It is not in the registry: images, records, ledger. */
  const isNotInRegistry = async () => {
    const text = await readRegistry();
    for (const known of [
      '{{secret:API_TOKEN}}',
      'SHOP_STAGING_TOKEN',
      'production.token',
      'rollout-ended',
      'no contract with the bank',
      'require(',
    ])
      expect(text).toContain(known);
    expect(traces(text)).toEqual([]);
  };

  /** It is not in the log of the worker, nor in any file that it keeps. */
  const isInNoFileOfWorker = () => {
    const log = readFileSync(bed.windlass.log, 'utf8');
    expect(log).toContain('worker ready');
    const files = ['WINDLASS_CACHE', 'WINDLASS_DATA'].flatMap((name) => filesBelow(bed.variables[name] ?? ''));
    for (const known of ['windlass.yaml', `${bed.installation}.key`])
      expect(files.some((file) => file.endsWith(known))).toBe(true);
    expect([bed.windlass.log, ...files].filter((file) => traces(readFileSync(file, 'latin1')).length > 0)).toEqual([]);
  };

  /** It was in no command line of any process. */
  const wasInNoCommandLine = () => {
    commandLines.stop();
    const seen = [...commandLines.seen].join('\n');
    expect(seen).toContain(`release --commit ${bad}`);
    expect(traces(seen)).toEqual([]);
  };

  it('reaches what needs it, is the one of today after a rollback, and stands nowhere else', async () => {
    await isReleased();
    await isOfTodayAfterRollback();
    await isMissedInPlanning();
    await isStruckOutOfLastWords();
    await isNotPrinted();
    await isInNoHistory();
    await isNotInRegistry();
    isInNoFileOfWorker();
    wasInNoCommandLine();
  });

  /** What the container really has. */
  async function tokenOf(environment: string, service: string): Promise<string | undefined> {
    const { Env } = await configOf(environment, service);
    return Env.find((variable) => variable.startsWith('API_TOKEN='))?.slice('API_TOKEN='.length);
  }

  const labelsOf = async (environment: string, service: string) => (await configOf(environment, service)).Labels;

  async function configOf(environment: string, service: string) {
    const engine = clientOf(parts().engine.host);
    const labels = { role: 'instance', app: bed.app, environment, service };
    const label = Object.entries(labels).map(([word, value]) => `${bed.installation}.${word}=${value}`);
    const [container] = await engine.listContainers({ filters: { label } });
    return (await engine.getContainer(container?.Id ?? '').inspect()).Config;
  }

  /** Every run of every workflow of the application: all its events with their payloads, and what the UI shows of it. */
  async function readHistories(): Promise<{ type: string; text: string }[]> {
    const { workflow } = server.client;
    const histories: { type: string; text: string }[] = [];
    for await (const { workflowId, runId, type } of workflow.list({ query: `WindlassApp = '${bed.app}'` })) {
      const handle = workflow.getHandle(workflowId, runId);
      const [history, description, details] = await Promise.all([
        handle.fetchHistory(),
        handle.describe(),
        handle.query('__temporal_workflow_metadata'),
      ]);
      histories.push({ type, text: [history, description.raw, details].map(textOf).join('\n') });
    }
    return histories;
  }

  /** All that the registry has of the application, but for the layers of the base image. */
  async function readRegistry(): Promise<string> {
    const at = `http://${parts().registry.address}/v2`;
    const read = async (path: string, accept = '*/*') => {
      const answer = await fetch(`${at}/${path}`, { headers: { accept } });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    };
    const json = async <T>(path: string, accept?: string) => JSON.parse((await read(path, accept)).toString()) as T;
    const texts = new Map<string, string>();
    for (const name of ['windlass', 'web', 'api', 'jobs'].map((one) => `${bed.app}/${one}`))
      for (const tag of (await json<{ tags: string[] }>(`${name}/tags/list`)).tags) {
        const manifest = await json<Manifest>(`${name}/manifests/${tag}`, MANIFESTS);
        texts.set(`${name}:${tag}`, JSON.stringify(manifest));
        for (const { digest, size } of [manifest.config, ...manifest.layers])
          if (size < 1_000_000 && !texts.has(digest)) texts.set(digest, unpack(await read(`${name}/blobs/${digest}`)));
      }
    return [...texts.values()].join('\n');
  }
});

interface Manifest {
  config: { digest: string; size: number };
  layers: { digest: string; size: number }[];
}
const MANIFESTS = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

const unpack = (bytes: Buffer) =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1');

/** All texts within a message of Temporal; bytes, such as payloads, as the text that they hold. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return Buffer.from(data).toString('utf8');
  if (typeof data !== 'object' || data === null) return '';
  return Object.values(data).map(textOf).join('\n');
}

const filesBelow = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());

/** What `ps` shows, looked at ten times a second. */
function watchCommandLines(): { seen: Set<string>; stop: () => void } {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
      } catch {
        // It has ended in between.
      }
  };
  const timer = setInterval(look, 100);
  return { seen, stop: () => clearInterval(timer) };
}
