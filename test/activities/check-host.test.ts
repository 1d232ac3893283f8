import { checkClock, checkVersion } from '../../activities/hosts/check-host';

const info = (more: object) => ({ version: '20.10', apiVersion: '1.41', ...more }) as Parameters<typeof checkClock>[0];

test('a clock that is wrong is told, the way there and back aside', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const clock = (time: string, roundTrip: number) => checkClock(info({ time }), now, roundTrip);
  expect(clock('2026-01-01T12:00:00.400Z', 0)).toEqual({ ok: true, what: 'right' });
  expect(clock('2026-01-01T12:00:12Z', 0)).toEqual({ ok: true, what: '12.0 s off' });
  expect(clock('2026-01-01T12:00:12Z', 12_000)).toEqual({ ok: true, what: 'right' });
  const told = "the worker's. Have it set by NTP";
  expect(clock('2026-01-01T12:01:00Z', 0)).toEqual({ ok: false, what: `is 60.0 s ahead of ${told}` });
  expect(clock('2026-01-01T11:59:00Z', 0)).toEqual({ ok: false, what: `is 60.0 s behind ${told}` });
});

test('an engine that is too old is told', () => {
  expect(checkVersion(info({}))).toEqual({ ok: true, what: '20.10' });
  expect(checkVersion(info({ version: '18.09', apiVersion: '1.39' }))).toEqual({
    ok: false,
    what: 'Docker 18.09 is too old. Expected 19.03 or later',
  });
});
