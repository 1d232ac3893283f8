import { createServer } from 'node:net';
import { checkClock, checkHost, checkVersion } from '../../../activities/targets/docker/host/check-host';
import { describeWith } from '../../setup/parts';
import { LOCAL, makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';

const info = (more: object) => ({ version: '20.10', apiVersion: '1.41', ...more }) as Parameters<typeof checkClock>[0];

test('a clock that is wrong is told, the way there and back aside', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const clock = (time: string, roundTrip: number) => checkClock(info({ time }), now, roundTrip);
  expect(clock('2026-01-01T12:00:00.400Z', 0)).toEqual({ ok: true, what: 'right' });
  expect(clock('2026-01-01T12:00:12Z', 0)).toEqual({ ok: true, what: '12.0 s off' });
  expect(clock('2026-01-01T12:00:12Z', 12_000)).toEqual({ ok: true, what: 'right' });
  const told = "the worker's. Set it by NTP";
  expect(clock('2026-01-01T12:01:00Z', 0)).toEqual({ ok: false, what: `is 60.0 s ahead of ${told}` });
  expect(clock('2026-01-01T11:59:00Z', 0)).toEqual({ ok: false, what: `is 60.0 s behind ${told}` });
});

test('an engine that is too old is told', () => {
  expect(checkVersion(info({}), [])).toEqual({ ok: true, what: '20.10' });
  expect(checkVersion(info({ version: '18.09', apiVersion: '1.39' }), [])).toEqual({
    ok: false,
    what: 'Docker 18.09 is too old. Expected 19.03 or later',
  });
});

test('a part of a volume that the engine cannot mount is reported', () => {
  const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data', subpath: 'db' }];
  const services = [service('db', { mounts })];
  expect(checkVersion(info({}), services)).toEqual({
    ok: false,
    what: expect.stringMatching(/^db mounts a part.*Expected Docker 26/),
  });
  expect(checkVersion(info({ version: '26.0', apiVersion: '1.45' }), services)).toEqual({ ok: true, what: '26.0' });
});

describeWith(['engine', 'images'], 'a port that an accessory publishes', () => {
  let bed: TestBed;
  const server = createServer();
  beforeAll(async () => {
    bed = await makeTestBed();
  });
  afterAll(async () => {
    server.close();
    await bed.cleanUp();
  });

  test.each([
    ['one', '5432'],
    ['a range that it is in', '5430-5434'],
  ])('is refused while something else listens on %s', async (_, host) => {
    if (!server.listening) await new Promise<void>((resolve) => server.listen(5432, '0.0.0.0', resolve));
    const ports = [{ container: 5432, host, protocol: 'tcp' as const }];
    const ref = bed.release(`p${host}`, { services: [service('db', { ports }, { kind: 'accessory' })] });
    const { app, registry, environments } = await bed.deps.loadRecord(ref);
    const environment = environments[0]!;
    const { found } = await checkHost(bed.deps, { app, environment, host: LOCAL, registry });
    expect(found.ports).toEqual(
      host === '5432'
        ? { ok: false, what: 'another process listens on 5432. Stop it, or publish another port' }
        : { ok: true, what: 'one of 5430-5434' },
    );
  });
});
