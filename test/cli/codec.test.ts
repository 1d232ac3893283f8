import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { createCodecServer } from '../../cli/codec-server';
import { readCodec } from '../../cli/temporal/connect/codec';
import { temporaryFolder } from '../setup/temporary';

const [OLD, NEW] = ['old'.repeat(20), 'new'.repeat(20)];
const payload = defaultPayloadConverter.toPayload({ lastLines: ['ä password of somebody'] });
const textOf = (one: Payload) => Buffer.from(one.data ?? []).toString('latin1') + JSON.stringify(one.metadata);

describe('the codec of payloads', () => {
  test('encrypts each payload otherwise, and gives it back as it was', async () => {
    const codec = readCodec({ WINDLASS_PAYLOAD_KEY: NEW });
    const [one, other] = await codec.encode([payload, payload]);
    for (const sealed of [one!, other!]) {
      expect(textOf(sealed)).not.toContain('password');
      expect(Buffer.from(sealed.metadata!['encoding']!).toString()).toBe('binary/encrypted');
    }
    expect(textOf(one!)).not.toBe(textOf(other!));
    expect((await codec.decode([one!])).map((back) => defaultPayloadConverter.fromPayload(back))).toEqual([
      { lastLines: ['ä password of somebody'] },
    ]);
  });

  test('leaves what was written before as it is, and everything where there is no key', async () => {
    expect(await readCodec({ WINDLASS_PAYLOAD_KEY: NEW }).decode([payload])).toEqual([payload]);
    const none = readCodec({});
    expect(none.seals).toBe(false);
    expect(await none.encode([payload])).toEqual([payload]);
    expect(await none.decode([payload])).toEqual([payload]);
  });

  test('reads what an earlier key has encrypted, from a file too', async () => {
    const file = join(temporaryFolder(), 'keys');
    writeFileSync(file, `${NEW}\n${OLD}\n`);
    const sealed = await readCodec({ WINDLASS_PAYLOAD_KEY: OLD }).encode([payload]);
    const both = readCodec({ WINDLASS_PAYLOAD_KEY_FILE: file });
    const [back] = await both.decode(sealed);
    expect(defaultPayloadConverter.fromPayload(back!)).toEqual({ lastLines: ['ä password of somebody'] });
    const again = await both.encode([payload]);
    await expect(readCodec({ WINDLASS_PAYLOAD_KEY: OLD }).decode(again)).rejects.toThrow('which is not known here');
  });

  test('refuses what was changed, and a key that can be guessed', async () => {
    const codec = readCodec({ WINDLASS_PAYLOAD_KEY: NEW });
    const [sealed] = await codec.encode([payload]);
    const data = Buffer.from(sealed!.data!);
    data[20]! ^= 1;
    await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow(/authenticate/);
    expect(() => readCodec({ WINDLASS_PAYLOAD_KEY: 'short' })).toThrow('a key has 5 signs. Expected 32');
    expect(() => readCodec({ WINDLASS_PAYLOAD_KEY_FILE: '/nowhere' })).toThrow('/nowhere cannot be read (ENOENT)');
  });
});

describe('the codec server', () => {
  const origin = 'http://localhost:8233';
  const codec = readCodec({ WINDLASS_PAYLOAD_KEY: NEW });
  const server = createCodecServer(codec, origin);
  let url: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const post = (path: string, body: unknown, headers: Record<string, string> = { origin }) =>
    fetch(`${url}${path}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  test('shows the UI what is encrypted, and nobody else', async () => {
    const [sealed] = await codec.encode([payload]);
    const inBase64 = (one: Payload) => ({
      metadata: Object.fromEntries(
        Object.entries(one.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      ),
      data: Buffer.from(one.data ?? []).toString('base64'),
    });
    const answer = await post('/decode', { payloads: [inBase64(sealed!)] });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(await answer.json()).toEqual({ payloads: [inBase64(payload)] });
    const preflight = await fetch(`${url}/decode`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await post('/decode', { payloads: [] }, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await post('/other', {})).status).toBe(404);
    expect((await post('/decode', 'no JSON')).status).toBe(400);
  });
});
