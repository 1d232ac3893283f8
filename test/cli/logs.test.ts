import { newPart } from '../../cli/commands/environment/logs';

test.each([
  ['what is new', 'a\nb\n', 'a\nb\nc\n', 'c\n'],
  ['nothing', 'a\nb\n', 'a\nb\n', ''],
  [
    'what is new of a log that has lost its beginning',
    `${'x'.repeat(300)}\nlast\n`,
    `${'x'.repeat(250)}\nlast\nnew\n`,
    'new\n',
  ],
  ['all of it, where nothing of the one before is left', 'a\nb\n', 'c\n', 'c\n'],
])('a log that is followed: %s', (_, before, now, expected) => expect(newPart(before, now)).toBe(expected));
