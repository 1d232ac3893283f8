import { describeLack, readQuantity } from '../../../../src/model/kubernetes/quota';
import { service } from '../../plan/fixtures';

const container = { environment: {}, mounts: [], ports: [], expose: [], cpus: 0.5, memoryBytes: 256 * 2 ** 20 };
const web = service('web', { container });
const lackOf = (hard: Record<string, string>, used: Record<string, string> = {}) =>
  describeLack({ name: 'small', hard, used }, [{ service: web, count: 2 }]);

test.each([
  ['500m', 0.5],
  ['2', 2],
  ['1.5', 1.5],
  ['1Gi', 2 ** 30],
  ['1G', 1e9],
  ['1e3', 1_000],
])('%s is %s', (text, number) => expect(readQuantity(text)).toBeCloseTo(number, 9));

test('a quota that holds two releases is fine', () => {
  expect(
    lackOf(
      { pods: '4', 'limits.cpu': '2', 'limits.memory': '1Gi' },
      { pods: '2', 'limits.cpu': '1', 'limits.memory': '512Mi' },
    ),
  ).toBeUndefined();
  expect(lackOf({ 'requests.storage': '1Gi' })).toBeUndefined();
});

test('one that does not says for what, how much is needed, and what to write', () => {
  expect(lackOf({ pods: '3' }, { pods: '2' })).toBe(
    'the quota small has room for 1 more pods, but a release needs 2 beside the former one. Raise pods to 4, or take strategy: recreate',
  );
  expect(lackOf({ 'limits.cpu': '1500m' }, { 'limits.cpu': '1' })).toBe(
    'the quota small has room for 500m more of processor limits, but a release needs 1000m beside the former one. Raise limits.cpu to 2000m, or take strategy: recreate',
  );
  // What a pod asks for is its limit, unless it says less.
  expect(lackOf({ memory: '1Gi' }, { memory: '600Mi' })).toContain('Raise memory to 1112Mi');
});
