import { setTimeout as pause } from 'node:timers/promises';
import { describeWith } from '../../setup/parts';
import type { TestBed } from '../rollout/rollout-fixtures';
import { askEcho, openEcho } from './echo';
import { PROXY_KINDS } from './kinds';

/** Longer than what proxies cut off by themselves: 60 s. */
const LONG_MS = 63_000;

/** All kinds wait at the same time. */
describeWith([...new Set(PROXY_KINDS.flatMap(({ needs }) => needs)), 'node'], 'through a proxy', () => {
  const beds: TestBed[] = [];
  beforeAll(async () => {
    for (const { settings } of PROXY_KINDS) beds.push(await openEcho(settings()));
  });
  afterAll(async () => {
    for (const bed of beds) await bed.cleanUp();
  });

  test('uploads and answers may take as long as they take', async () => {
    const upload = async (bed: TestBed) => {
      const { bytes } = await askEcho(bed, '/upload', {}, async (write) => {
        for (const end = Date.now() + LONG_MS; Date.now() < end; await pause(500)) write('x'.repeat(500));
      });
      expect(bytes).toBeGreaterThan(10_000);
    };
    const poll = async (bed: TestBed) =>
      expect((await askEcho(bed, `/poll?wait=${LONG_MS}`)).url).toBe(`/poll?wait=${LONG_MS}`);
    await Promise.all(beds.flatMap((bed) => [upload(bed), poll(bed)]));
  });
});
