/** A variable's value: a text, undefined when unset, or `unknown`. */
export type Lookup = (name: string) => { value: string | undefined } | 'unknown';

export type Interpolated = { text: string } | { unknown: string } | { unset: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/** Interpolates like docker compose: `$NAME`, `${NAME}` with `:-`, `-`, `:+`, `+`, `:?`, `?`, and `$$`. */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  let [done, rest] = ['', text];
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    done += rest.slice(0, at);
    rest = rest.slice(at + 1);
    if (rest.startsWith('$')) {
      [done, rest] = [`${done}$`, rest.slice(1)];
      continue;
    }
    const braces = rest.startsWith('{');
    const end = braces ? closingBrace(rest) : (NAME.exec(rest)?.[0].length ?? 0);
    const inner = braces ? rest.slice(1, end) : rest.slice(0, end);
    const found = end > 0 ? expand(inner, lookup) : { unknown: text };
    if (!('text' in found)) return found;
    done += found.text;
    rest = rest.slice(braces ? end + 1 : end);
  }
  return { text: done + rest };
}

function expand(inner: string, lookup: Lookup): Interpolated {
  const name = NAME.exec(inner)?.[0];
  const [, sign, word = ''] = /^(:?[-+?]|$)([^]*)$/.exec(inner.slice(name?.length ?? 0)) ?? [];
  if (name === undefined || sign === undefined) return { unknown: inner };
  const found = lookup(name);
  if (found === 'unknown') return { unknown: name };
  const { value } = found;
  const isThere = sign.startsWith(':') ? Boolean(value) : value !== undefined;
  if (sign.endsWith('+')) return isThere ? interpolate(word, lookup) : { text: '' };
  if (isThere) return { text: value! };
  if (sign.endsWith('-')) return interpolate(word, lookup);
  return { unset: name };
}

function closingBrace(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
