import type { RolloutRequest } from '../../../src/model/environment/environment';
import { EnvironmentQueue } from '../../../src/model/environment/queue';
import type { RecordRef } from '../../../src/model/release';

const record = (release: string): RecordRef => ({ app: 'shop', release, registry: { address: 'r' }, digest: release });
const request = (release: string): RolloutRequest => ({
  id: `to ${release}`,
  kind: 'release',
  record: record(release),
  by: 'ci@example.com',
  requester: 'release',
});
const news = (release: string) => ({
  request: `to ${release}`,
  at: '2030-01-01T00:00:00Z',
  level: [],
  operators: ['ops@example.com'],
  secrets: {},
});

describe('what a rollout says before it is known to have started', () => {
  const starting = () => {
    const line = EnvironmentQueue.of('shop', 'production');
    line.begin(request('one'));
    line.started(request('one'), 'run 1');
    line.commit(news('one'));
    line.stopped();
    line.begin(request('two'));
    return line;
  };

  test('counts: it is recorded, and what was there before is known', () => {
    const line = starting();
    expect(line.commit(news('two'))).toBe(true);
    expect(line.state.current?.release).toBe('two');
    line.started(request('two'), 'run 2');
    expect(line.state.running).toMatchObject({ id: 'to two', runId: 'run 2', from: record('one') });
    expect(line.state.committed.map(({ release }) => release)).toEqual(['two', 'one']);
    expect(line.state.operators).toEqual(['ops@example.com']);
    line.interrupt(request('two'), 'terminated');
    expect(line.state.left).toEqual(record('one'));
  });

  test('counts: a host that was left out', () => {
    const line = starting();
    const excluded = { host: 'a', by: 'ops@example.com', reason: 'gone', at: 'now' };
    expect(line.exclude('to two', excluded)).toBe(true);
    expect(line.state.excluded).toEqual([excluded]);
  });

  test('does not count when another one starts', () => {
    const line = starting();
    expect(line.commit(news('one'))).toBe(false);
    expect(line.state.current?.release).toBe('one');
  });
});
