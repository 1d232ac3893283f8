import { ANSWERS } from '../../../src/compose/answers';
import type { ComposeSection } from '../../../src/compose/answers/answers';
import { printComposeReference } from '../../../src/compose/reference';
import { SPECIFICATION } from './specification';

describe.each(Object.entries(ANSWERS))('on targets of kind %s', (_, answers) => {
  test.each(Object.entries(SPECIFICATION))('every key of %s is answered, once', (part, keys) => {
    expect(answers[part as ComposeSection].map(({ key }) => key).sort()).toEqual([...keys].sort());
  });

  test('what is changed or refused says how', () => {
    const all = (Object.keys(SPECIFICATION) as ComposeSection[]).flatMap((part) => answers[part]);
    expect(all.filter(({ does, how }) => does !== 'carried' && !how)).toEqual([]);
  });
});

test('the reference has a line for every key', () => {
  const text = printComposeReference(ANSWERS.docker);
  expect(text).toContain('| `cap_add` | carried |  |');
  expect(text).toContain('| `mac_address` | refused | ');
});
