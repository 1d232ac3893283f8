import { linksOut } from '../../../src/model/text/links';

const out = (links: Record<string, string>) =>
  linksOut(Object.entries(links).map(([path, target]) => ({ path, target }))).map(({ path }) => path);

test.each([
  ['a whole path', { a: '/etc/passwd' }, ['a']],
  ['steps above the top', { 'd/a': '../../x' }, ['d/a']],
  ['out and in again', { a: '../checkout/x' }, ['a']],
  ['a chain', { a: 'b', b: 'c', c: '../x' }, ['a', 'b', 'c']],
  ['a folder that is a link', { d: '..', a: 'd/x' }, ['d', 'a']],
  ['a step up behind a folder that is a link', { d: 'e/f', 'x/a': '../d/../../../y' }, ['x/a']],
  ['a chain that ends at a whole path', { a: 'b/c', b: '/etc' }, ['a', 'b']],
  ['links within', { a: 'b', 'd/e': '../a', 'd/f': './g/../e', g: '.' }, []],
  ['a ring', { a: 'b', b: 'a' }, []],
  ['what is not there', { a: 'nowhere/x' }, []],
])('C2: %s', (_, links, found) => expect(out(links as Record<string, string>)).toEqual(found));
