import { type JsonSchema, manifestJsonSchema } from './json-schema';

/** A key of `windlass.yaml` or of the policy, as the reference tells it. */
export interface ReferenceEntry {
  key: string;
  type: string;
  default?: string;
  isRequired: boolean;
  what: string;
}

/** Every key of the manifest, in the schema's order. */
export const listKeys = (): ReferenceEntry[] => keysOf(manifestJsonSchema());

/** Every key of a file, in the order of its schema. */
export const keysOf = (schema: JsonSchema): ReferenceEntry[] => entriesOf(schema, '');

/** The reference of the manifest as Markdown; on a terminal it reads as plain text. */
export const printReference = (): string => printKeys('windlass.yaml', listKeys());

/** The reference of a file as Markdown. */
export function printKeys(title: string, entries: ReferenceEntry[]): string {
  const lines = entries.map(
    (entry) => `- \`${entry.key}\` (${describe(entry)})${entry.what ? `  \n  ${entry.what}` : ''}`,
  );
  return [`# ${title}`, '', 'Durations are written as 500ms, 30s, 5m, 72h or 14d.', '', ...lines, ''].join('\n');
}

function describe({ type, isRequired, default: fallback }: ReferenceEntry): string {
  if (isRequired) return `${type}, required`;
  return fallback === undefined ? type : `${type}, default ${fallback}`;
}

function entriesOf(schema: JsonSchema, prefix: string): ReferenceEntry[] {
  const variants = variantsOf(schema);
  // Of several objects, such as { env } and { file }, one is written, so none of their keys is required.
  const isChoice = variants.filter(({ properties }) => properties).length > 1;
  return variants.flatMap((variant) => [
    ...Object.entries(variant.properties ?? {}).flatMap(([key, inner]) => {
      const path = prefix ? `${prefix}.${key}` : key;
      const own = {
        key: path,
        type: typeOf(inner),
        default: defaultOf(inner),
        isRequired: !isChoice && isRequired(variant, key),
        what: inner.description ?? '',
      };
      return [own, ...entriesOf(inner, path)];
    }),
    ...(variant.items ? entriesOf(variant.items, `${prefix}[]`) : []),
    ...(variant.additionalProperties ? entriesOf(variant.additionalProperties, `${prefix}.NAME`) : []),
  ]);
}

const isRequired = (schema: JsonSchema, key: string) => Boolean(schema.required?.includes(key));
const variantsOf = (schema: JsonSchema): JsonSchema[] => schema.anyOf?.flatMap(variantsOf) ?? [schema];

/** An empty default (`{}`, `[]`) only fills in a missing key. */
function defaultOf({ default: value }: JsonSchema): string | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.enum) return schema.enum.map(String).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (schema.type) {
    case 'array':
      return `list of ${schema.items ? typeOf(schema.items) : 'values'}`;
    case 'object':
      return schema.additionalProperties ? 'by name' : 'keys';
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return 'number';
    default:
      return isDuration(schema) ? 'duration' : 'string';
  }
}

const isDuration = (schema: JsonSchema) => schema.pattern?.includes('ms|s|m|h|d') ?? false;
