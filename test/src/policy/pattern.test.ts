import { matches } from '../../../src/policy/pattern';

test.each<[string, string, boolean, string]>([
  ['shop', 'shop', true, '/'],
  ['shop', 'shopping', false, '/'],
  ['shop', 'a-shop', false, '/'],
  ['shop-*', 'shop-', true, '/'],
  ['shop-*', 'shop-eu', true, '/'],
  ['*', '', true, '/'],
  ['*', 'a/b', false, '/'],
  ['**', 'a/b', true, '/'],
  ['/srv/*', '/srv/a', true, '/'],
  ['/srv/*', '/srv/a/b', false, '/'],
  ['/srv/**', '/srv/a/b', true, '/'],
  ['/srv/**', '/srv', false, '/'],
  ['a.b', 'axb', false, '/'],
  ['[a-z]+', 'a', false, '/'],
  ['[a-z]+', '[a-z]+', true, '/'],
  ['a', 'a\n', false, '/'],
  ['*', 'a\nb', true, '/'],
  ['*.example.com', 'a.example.com', true, './'],
  ['*.example.com', 'a.b.example.com', false, './'],
  ['**.example.com', 'a.b.example.com', true, './'],
])('%s on %j: %s', (pattern, text, expected, separators) => expect(matches(pattern, text, separators)).toBe(expected));

test('no text makes it slow', () => {
  expect(matches('**a**a**a**a**b', 'a'.repeat(100_000))).toBe(false);
  expect(matches('*a*a*a*a*b', `${'a'.repeat(100_000)}b`)).toBe(true);
});

test.each(['', 'a', 'ä', '😀', 'a*', '\n'])('a star sign in a text is a sign: %j', (text) => {
  expect(matches('*', text)).toBe(true);
  expect(matches('*x', `${text}**x`)).toBe(true);
  expect(matches(`${text.replaceAll('*', '')}x`, text)).toBe(false);
});
