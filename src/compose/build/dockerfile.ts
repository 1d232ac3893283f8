/** A base image of a Dockerfile, or one it copies from. */
export interface Base {
  image: string;
  line: number;
}

/**
 * The images a Dockerfile uses in FROM, `COPY --from` and `RUN --mount=from=`, with build arguments filled in.
 * Its own stages and additional contexts are left out.
 */
export function basesOf(text: string, args: Record<string, string>, contexts: string[] = []): Base[] {
  const known: Record<string, string> = {};
  const names = new Set(['scratch', ...contexts.map((name) => name.toLowerCase())]);
  const bases: Base[] = [];
  const add = (image: string, line: number) => {
    const isStage = names.has(image.toLowerCase()) || /^\d+$/.test(image);
    if (image && !isStage) bases.push({ image, line });
  };
  let hasStage = false;
  for (const { word, rest, line } of instructionsOf(text)) {
    if (word === 'ARG' && !hasStage) {
      for (const [, name = '', said, value = ''] of rest.matchAll(/(\w+)(=((?:"[^"]*"|'[^']*'|\S)*))?/g))
        if (args[name] !== undefined || said) known[name] = args[name] ?? fill(unquote(value), known);
    } else if (word === 'FROM') {
      const [image = '', , stage] = rest
        .replace(/--\S+\s+/g, '')
        .trim()
        .split(/\s+/);
      hasStage = true;
      add(fill(unquote(image), known), line);
      if (stage) names.add(stage.toLowerCase());
    } else if (word === 'COPY' || word === 'ADD') {
      add(/^\s*(?:--\S+\s+)*?--from=(\S+)/.exec(rest)?.[1] ?? '', line);
    } else if (word === 'RUN') {
      for (const [, mount = ''] of rest.matchAll(/--mount=(\S+)/g))
        add(/(?:^|,)from=([^,]+)/.exec(mount)?.[1] ?? '', line);
    }
  }
  return bases;
}

/** A variable; one in braces may have a default, or a word where it is set, which has no further braces in it. */
const VARIABLE = /\$(?:(\w+)|\{(\w+)(?:(:?)([-+])([^{}]*))?\})/;
/** Longer than any name of an image. */
const LONGEST = 2_000;

/** The text with its variables, the innermost first, as BuildKit reads it. Each turn has one `$` less. */
function fill(text: string, args: Record<string, string>): string {
  let filled = text.length > LONGEST ? '' : text;
  for (let found = VARIABLE.exec(filled); found; found = VARIABLE.exec(filled)) {
    const [whole, plain, braced, colon, sign, word = ''] = found;
    const value = args[String(plain ?? braced)];
    const isSet = colon ? Boolean(value) : value !== undefined;
    const isWord = sign === '+' ? isSet : sign === '-' && !isSet;
    const becomes = isWord ? word : sign === '+' ? '' : (value ?? '').replaceAll('$', '');
    filled = filled.replace(whole, () => becomes);
    if (filled.length > LONGEST) return '';
  }
  return filled;
}

const unquote = (text: string) => text.trim().replace(/^(["'])(.*)\1$/, '$2');

interface Instruction {
  word: string;
  rest: string;
  line: number;
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  const escape = /^#\s*escape\s*=\s*`/im.test(text.slice(0, 200)) ? '`' : '\\';
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    if (/^\s*(#|$)/.test(lines[at]!)) continue;
    const line = at + 1;
    let whole = lines[at]!;
    while (whole.trimEnd().endsWith(escape) && at + 1 < lines.length) {
      const next = lines[++at]!;
      whole = whole.trimEnd().slice(0, -1) + (/^\s*#/.test(next) ? escape : next);
    }
    const [, word = '', rest = ''] = /^\s*(\w+)\s+([^]*)$/.exec(whole) ?? [];
    found.push({ word: word.toUpperCase(), rest, line });
    if (!/^(RUN|COPY|ADD)$/i.test(word)) continue;
    for (const [, , , end] of rest.matchAll(/<<(-?)(["']?)(\w+)\2/g))
      while (++at < lines.length && lines[at]!.trim() !== end);
  }
  return found;
}
