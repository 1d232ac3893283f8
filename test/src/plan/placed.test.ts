import type { PlacedFile } from '../../../src/model/container/container';
import { countLines } from '../../../src/plan/compare/line-changes';
import { compareFiles } from '../../../src/plan/compare/placed';

test.each([
  ['a\nb\nc\n', 'a\nx\nc\n', '+1 −1'],
  ['a\nb\n', 'a\nb\n', '+0 −0'],
  ['', 'a\nb\n', '+2 −1'],
  ['a\nb\nc\nd\n', 'c\nd\na\nb\n', '+2 −2'],
  ['a\0', 'b', undefined],
])('%j → %j is %s', (before, after, expected) => expect(countLines(before, after)).toBe(expected));

test('of a very large text lines are counted, whatever their order', () => {
  const lines = Array.from({ length: 3_000 }, (_, n) => `line ${n}`);
  expect(countLines(lines.join('\n'), [...lines.toReversed(), 'more'].join('\n'))).toBe('+1 −0');
});

const file = (more: Partial<PlacedFile>): PlacedFile => ({
  target: '/etc/a.conf',
  mode: 0o644,
  from: 'conf/a.conf',
  ...more,
});

test('files are named by where they lie in the repository', () => {
  const [one, other] = [file({ digest: 'sha256:1' }), file({ digest: 'sha256:2' })];
  expect(compareFiles([one], [one])).toEqual([]);
  expect(compareFiles([one], [other], { 'sha256:1 sha256:2': '+3 −1' })).toEqual([
    { file: 'conf/a.conf', how: 'changed: +3 −1' },
  ]);
  expect(compareFiles([one], [other])).toEqual([{ file: 'conf/a.conf', how: 'changed' }]);
  expect(compareFiles([one], [file({ digest: 'sha256:1', mode: 0o755 })])).toEqual([
    { file: 'conf/a.conf', how: 'mode 644 → 755' },
  ]);
  expect(compareFiles([], [one])).toEqual([{ file: 'conf/a.conf', how: 'new at /etc/a.conf' }]);
  expect(compareFiles([one], [])).toEqual([{ file: 'conf/a.conf', how: 'gone from /etc/a.conf' }]);
});

test('a text of the compose file is compared as it is', () => {
  const [one, other] = ['a\nb\n', 'a\nc\n'].map((text) => file({ text, from: undefined }));
  expect(compareFiles([one!], [other!])).toEqual([{ file: '/etc/a.conf', how: 'changed: +1 −1' }]);
});
