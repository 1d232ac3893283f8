import { z } from 'zod';
import { manifest } from '../schema';

export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | false;
  anyOf?: JsonSchema[];
}

/** The JSON schema of `windlass.yaml` as people write it, for editors. */
export const manifestJsonSchema = (): TitledSchema => jsonSchemaOf(manifest, 'windlass.yaml');

export type TitledSchema = JsonSchema & { $schema: string; title: string };

/** The JSON schema of a file as people write it. */
export function jsonSchemaOf(schema: z.ZodType, title: string): TitledSchema {
  const written = z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as JsonSchema & { $schema: string };
  return { ...written, title };
}
