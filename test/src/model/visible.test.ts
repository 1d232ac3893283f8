import { clean } from '../../../cli/print/terminal/text';
import { visible } from '../../../src/model/text/grammar';
import { list, plain, quote } from '../../../workflows/shared/show';

/** What a commit may write so that approvers read something else. */
test.each([
  ['an order that is turned round', 'binds /srv/\u202e\u2066vrs/', 'binds /srv/\\u{202e}\\u{2066}vrs/'],
  ['marks of an order', 'a\u200fb\u061cc', 'a\\u{200f}b\\u{61c}c'],
  ['signs without a width', 'ana\u200b@example.com\ufeff', 'ana\\u{200b}@example.com\\u{feff}'],
  ['a joiner where nothing is joined', 'ro\u200dot', 'ro\\u{200d}ot'],
  ['a soft hyphen', 'sta\u00adging', 'sta\\u{ad}ging'],
  ['letters that look like nothing', 'a\u3164b\u2800c\u115f', 'a\\u{3164}b\\u{2800}c\\u{115f}'],
  ['tags', 'a\u{e0061}', 'a\\u{e0061}'],
  ['lines that only some break', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
])('%s is visible to who approves: in the terminal and on the page', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
  expect(clean(text)).toBe(shown);
  expect(plain(text)).toBe(plain(shown));
});

test.each(['Grüße, naïve Straße', 'שלום', 'привет', '日本語', '👩\u200d💻', '❤\ufe0f', '👩🏽\u200d🚀', ''])(
  '%j stays as it is',
  (text) => expect([visible(text), clean(text), plain(text)]).toEqual([text, text, text]),
);

test('a text of others is one line of the page, and begins no block of its own', () => {
  const text = 'LOG: a → b\n\n### To decide\r\n- **approve**';
  expect(list([plain(text)])).toBe('- LOG: a → b ### To decide - \\*\\*approve\\*\\*');
  expect(quote('why\n\n# so')).toBe('> why\n> \n> # so');
});
