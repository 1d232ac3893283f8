import { instanceName, isInstanceOf, LONGEST_NAME, replicaOf } from '../../../src/model/names';

const place = { installation: 'windlass', app: 'notes', environment: 'production' };
const RELEASE = '0123456789-12';
const LONG = 'a-service-that-is-called-what-it-does';

test('a name that resolves stays as it is', () => {
  expect(instanceName(place, RELEASE, 'api')).toBe('windlass-notes-production-0123456789-12-api');
  expect(instanceName(place, RELEASE, 'api', 3)).toBe('windlass-notes-production-0123456789-12-api-3');
});

test('a long one is cut, is like no other, and says its number', () => {
  const names = [1, 2, 10].map((replica) => instanceName(place, RELEASE, LONG, replica));
  expect(names.every((name) => name.length <= LONGEST_NAME)).toBe(true);
  expect(names[0]).toMatch(/^windlass-notes-production-0123456789-12-a-service-that-[0-9a-f]{8}$/);
  expect(names.map((name) => replicaOf(name, LONG))).toEqual([1, 2, 10]);
  expect(names.every((name) => isInstanceOf(name, place, RELEASE, LONG))).toBe(true);
  expect(instanceName(place, RELEASE, `${LONG}-2`)).not.toBe(names[1]);
  expect(isInstanceOf(names[0]!, place, RELEASE, `${LONG}-2`)).toBe(false);
});

test('digits at the end of a name that was cut are no number', () => {
  const own = Array.from({ length: 500 }, (_, n) => `${LONG}-${n}`);
  expect(own.filter((name) => replicaOf(instanceName(place, RELEASE, name), name) !== 1)).toEqual([]);
});
