import type { Path } from '../../model/text/path';
import type { JsonSchema } from './json-schema';

/** The keys that a schema knows at a place of a file, for "did you mean". */
export function keysAt(whole: JsonSchema, path: Path): string[] {
  const places = path.reduce<JsonSchema[]>(
    (at, part) => at.flatMap((schema) => stepInto(schema, part)),
    variantsOf(whole),
  );
  return [...new Set(places.flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function stepInto(schema: JsonSchema, part: string | number): JsonSchema[] {
  const inner = typeof part === 'number' ? schema.items : (schema.properties?.[part] ?? schema.additionalProperties);
  return inner ? variantsOf(inner) : [];
}

const variantsOf = (schema: JsonSchema): JsonSchema[] => schema.anyOf?.flatMap(variantsOf) ?? [schema];
