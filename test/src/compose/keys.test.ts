import { printComposeReference } from '../../../src/compose/reference';
import { SPECIFICATION } from './specification';

test.each(Object.entries(SPECIFICATION))('every key of %s is in the table, once', (_, { table, keys }) => {
  expect(table.map(({ key }) => key).sort()).toEqual([...keys].sort());
});

test('what is changed or refused says how', () => {
  const all = Object.values(SPECIFICATION).flatMap(({ table }) => table);
  expect(all.filter(({ does, how }) => does !== 'carried' && !how)).toEqual([]);
});

test('the reference has a line for every key', () => {
  const text = printComposeReference();
  expect(text).toContain('| `cap_add` | carried |  |');
  expect(text).toContain('| `mac_address` | refused | ');
});
