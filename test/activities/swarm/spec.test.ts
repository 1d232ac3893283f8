import { hashSpec } from '../../../activities/engines/hash-spec';
import { service } from '../../src/plan/fixtures';

test('where instances may run is part of the specification, and a service that says nothing of it keeps its hash', () => {
  const hash = hashSpec(service('db'));
  expect(hashSpec(service('db', { placement: { constraints: ['node.labels.disk == ssd'] } }))).not.toBe(hash);
  expect(hashSpec(service('db', { placement: undefined }))).toBe(hash);
});
