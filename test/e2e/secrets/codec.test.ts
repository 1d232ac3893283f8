import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestBed } from '../../../lab/test-bed';
import { Windlass } from '../../../lab/windlass';
import { describeWith } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { openTestBed, said } from '../test-bed';

const KEY = 'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184';
const WORDS = 'the bank has closed its counters';

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'with a key for payloads', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;

  beforeAll(async () => {
    server = await testServer();
    ({ bed, close } = await openTestBed('probe'));
  });
  afterAll(async () => {
    await close?.();
    await server?.teardown();
  });

  const BY = ['--by', 'ci@example.com'];
  const release = async (subject: string) => {
    const commit = bed.shop.commit(subject, '--allow-empty');
    return { commit, ended: await bed.windlass.run('release', '--commit', commit, ...BY, '--until', 'done') };
  };
  /** What the server has of a workflow, as somebody reads it who has no key. */
  async function historyOf(workflowId: string): Promise<string> {
    const handle = server.client.workflow.getHandle(workflowId);
    return textOf([await handle.fetchHistory(), (await handle.describe()).raw]);
  }

  it('Temporal keeps nothing that can be read, and windlass reads it', async () => {
    const before = await release('Before there was a key');
    expect(before.ended.status).toBe(0);
    const first = before.commit.slice(0, 10);
    expect(await historyOf(`release/${bed.app}/${first}`)).toContain('Before there was a key');

    await bed.windlass.stopWorker();
    bed.variables['WINDLASS_PAYLOAD_KEY'] = KEY;
    await bed.windlass.startWorker();
    // What was written before is read, and the environment goes on from it.
    expect(said(await bed.windlass.run('status'))).toContain(first);
    bed.shop.write('web/main.js', `console.log(${JSON.stringify(WORDS)}); process.exit(1);`);
    const { commit, ended } = await release('Close the counters');
    expect({ status: ended.status, said: said(ended) }).toEqual({ status: 3, said: expect.stringContaining(WORDS) });
    const name = commit.slice(0, 10);
    expect(said(await bed.windlass.run('status', name))).toContain(WORDS);
    for (const id of [`release/${bed.app}/${name}`, `rollout/${bed.app}/production`]) {
      const text = await historyOf(id);
      expect(text).toContain('binary/encrypted');
      for (const words of [WORDS, 'Close the counters', 'ci@example.com', 'exited']) expect(text).not.toContain(words);
    }

    const { WINDLASS_PAYLOAD_KEY: _, ...others } = bed.variables;
    const stranger = new Windlass(others, bed.shop.dir, bed.windlass.log, () => undefined);
    stranger.program = bed.windlass.program;
    const refused = await stranger.run('status', name);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('Set WINDLASS_PAYLOAD_KEY') });
    expect(said(refused)).not.toContain(WORDS);
  });

  it('a codec server lets the UI show it', async () => {
    const origin = 'http://localhost:8233';
    const child = spawn(process.execPath, [bed.windlass.program, 'codec', '--port', '0', '--origin', origin], {
      env: { ...process.env, WINDLASS_PAYLOAD_KEY: KEY },
    });
    const [line] = (await once(child.stderr, 'data')) as [Buffer];
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString())!;
    const handle = server.client.workflow.getHandle(`rollout/${bed.app}/production`);
    const { events } = await handle.fetchHistory();
    const { payloads } = events![0]!.workflowExecutionStartedEventAttributes!.input!;
    const written = payloads!.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata!).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      ),
      data: Buffer.from(data!).toString('base64'),
    }));
    const answer = await fetch(`${url}/decode`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', 'x-namespace': 'default' },
      body: JSON.stringify({ payloads: written }),
    });
    const shown = (await answer.json()) as { payloads: { data: string }[] };
    expect(Buffer.from(shown.payloads[0]!.data, 'base64').toString()).toContain('ci@example.com');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});

/** All texts within a message of Temporal; bytes, such as payloads, as the text that they hold. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return Buffer.from(data).toString('utf8');
  if (typeof data !== 'object' || data === null) return '';
  return Object.entries(data)
    .map(([key, value]) => `${key} ${textOf(value)}`)
    .join('\n');
}
