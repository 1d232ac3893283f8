import { type Document, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import { isLiteralSecret } from '../../model/container/secret';
import { applyEdits, type Edit, entriesOf, insertEntry, resolved } from './edits';

interface Literal {
  service: string;
  name: string;
  value: string;
  node: Scalar;
  isItem: boolean;
}

export interface FixedCompose {
  text: string;
  secrets: string[];
}

/**
 * Rewrites what no release accepts in a compose file: a literal secret becomes `${NAME:-value}`, which still
 * works locally, and a nameless volume gets a name. Everything else stays as written.
 */
export function fixCompose(text: string, notSecret: string[] = []): FixedCompose {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return { text, secrets: [] };
  const literals = literalsIn(document).filter(({ name }) => !notSecret.includes(name));
  const named = literals.map((literal) => ({ literal, reference: referenceFor(literal, literals) }));
  const edits = named.map(({ literal, reference }) => rewrite(literal, reference));
  return {
    text: applyEdits(text, [...edits, ...nameVolumes(document, text)]),
    secrets: [...new Set(named.map(({ reference }) => reference))],
  };
}

const servicesOf = (document: Document) => entriesOf(document, document.get('services', true));

function literalsIn(document: Document): Literal[] {
  const seen = new Set<unknown>();
  return servicesOf(document).flatMap(({ key: service, value }) =>
    entriesOf(document, value)
      .filter(({ key }) => key === 'environment')
      .flatMap(({ value: environment }) => settingsIn(document, environment))
      .filter(({ node, name, value: text }) => !seen.has(node) && isLiteralSecret(name, text) && !text.includes('${'))
      .map((setting) => (seen.add(setting.node), { service, ...setting })),
  );
}

function settingsIn(document: Document, environment: unknown): Omit<Literal, 'service'>[] {
  const node = resolved(document, environment);
  if (isSeq(node))
    return node.items.flatMap((item) => {
      const [, name, value] = isScalar(item) ? (/^([^=]+)=(.*)$/s.exec(String(item.value)) ?? []) : [];
      return name !== undefined && value !== undefined ? [{ name, value, node: item as Scalar, isItem: true }] : [];
    });
  return entriesOf(document, node).flatMap(({ key: name, value }) => {
    const scalar = resolved(document, value);
    return isScalar(scalar) && scalar.value !== null
      ? [{ name, value: String(scalar.value as string | number | boolean), node: scalar, isItem: false }]
      : [];
  });
}

function referenceFor({ service, name, value }: Literal, all: Literal[]): string {
  const own = name.replace(/[^A-Za-z0-9_]/g, '_');
  const isOne = all.every((other) => other.name !== name || other.value === value);
  return isOne ? own : `${service.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}_${own}`;
}

function rewrite({ name, value, node, isItem }: Literal, reference: string): Edit {
  // A default cannot express such a value; a local env file can.
  const text = /[}$]/.test(value) ? `\${${reference}}` : `\${${reference}:-${value}}`;
  const [from, to] = node.range!;
  return { from, to, text: JSON.stringify(isItem ? `${name}=${text}` : text) };
}

function nameVolumes(document: Document, text: string): Edit[] {
  const added: string[] = [];
  const edits = servicesOf(document).flatMap(({ key: service, value }) => {
    const volumes = entriesOf(document, value).find(({ key }) => key === 'volumes');
    const list = resolved(document, volumes?.value);
    const isBuilt = entriesOf(document, value).some(({ key }) => key === 'build');
    if (!isSeq(list) || isBuilt) return [];
    return list.items.flatMap((item) => {
      if (!isScalar(item) || !/^\/[^:]*$/.test(String(item.value))) return [];
      const target = String(item.value);
      const name = `${service}${target.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '')}`;
      added.push(name);
      const [from, to] = item.range!;
      return [{ from, to, text: JSON.stringify(`${name}:${target}`) }];
    });
  });
  if (added.length === 0) return edits;
  if (isMap(document.get('volumes', true)))
    return [...edits, ...added.flatMap((name) => insertEntry(document, text, ['volumes'], name, '{}'))];
  const lines = added.map((name) => `  ${name}: {}\n`);
  return [
    ...edits,
    { from: text.length, to: text.length, text: `${text.endsWith('\n') ? '' : '\n'}volumes:\n${lines.join('')}` },
  ];
}
