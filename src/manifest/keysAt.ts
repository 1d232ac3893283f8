import type { Path } from '../model/path';
import { manifestJsonSchema, type JsonSchema } from './jsonSchema';

/** The keys that the schema knows at a place of a manifest, for "did you mean". */
export function keysAt(path: Path): string[] {
  const places = path.reduce<JsonSchema[]>(
    (at, part) => at.flatMap((schema) => stepInto(schema, part)),
    variantsOf(manifestJsonSchema()),
  );
  return [...new Set(places.flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function stepInto(schema: JsonSchema, part: string | number): JsonSchema[] {
  const inner = typeof part === 'number' ? schema.items : (schema.properties?.[part] ?? schema.additionalProperties);
  return inner ? variantsOf(inner) : [];
}

/** A schema, or what it may be one of. */
const variantsOf = (schema: JsonSchema): JsonSchema[] => schema.anyOf?.flatMap(variantsOf) ?? [schema];
