import { basesOf } from '../../../src/compose/build/dockerfile';

/** The images that BuildKit would ask for. */
const imagesOf = (text: string, args: Record<string, string> = {}) => basesOf(text, args).map(({ image }) => image);

describe('what a Dockerfile begins from, where arguments say it', () => {
  test.each<[string, string, string[]]>([
    ['several arguments in one line', 'ARG TAG=1 BASE=team/base\nFROM $BASE:$TAG', ['team/base:1']],
    ['with quotes and blanks', 'ARG A="team/base" B=\'1\'\nFROM "${A}:${B}"', ['team/base:1']],
    ['a default within a default', 'ARG A=team\nFROM ${B:-${A}/base}:1', ['team/base:1']],
    ['two of them', 'ARG A=team\nFROM ${B:-${C:-$A}/base}', ['team/base']],
    ['an argument without a value', 'ARG B\nFROM ${B:-scratch}', []],
    ['one that is not set', 'ARG B\nFROM ${B-team/base}', ['team/base']],
    ['an empty one', 'ARG B=\nFROM ${B:-team/base}', ['team/base']],
    ['an empty one that counts', 'ARG B=\nFROM team${B-/x}/base', ['team/base']],
    ['another word where it is set', 'ARG B=1\nFROM team/base${B:+:$B}', ['team/base:1']],
    ['one that refers to the one before it', 'ARG A=team B=$A/base\nFROM $B', ['team/base']],
    ['an argument of a stage', 'FROM team/base\nARG NEXT=other\nFROM $NEXT', ['team/base']],
  ])('%s', (_, text, images) => expect(imagesOf(text)).toEqual(images));

  test('a text that would grow for ever, or is nested as deep, ends', () => {
    const grows = Array.from({ length: 40 }, (_, n) => `ARG A${n + 1}=$A${n}$A${n}`).join('\n');
    expect(imagesOf(`ARG A0=aaaa\n${grows}\nFROM $A40`)).toEqual([]);
    expect(imagesOf(`FROM ${'${A:-'.repeat(50_000)}`)).toEqual([]);
  });

  test('what the build says goes first, in any place of the line', () => {
    expect(imagesOf('ARG A=1 B=2\nFROM team/$A:$B', { A: 'base', B: '3' })).toEqual(['team/base:3']);
  });
});
