import { z } from 'zod';
import { manifest } from './schema';

/** As much of JSON Schema as a manifest's has. */
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
export function manifestJsonSchema(): JsonSchema & { $schema: string; title: string } {
  const schema = z.toJSONSchema(manifest, { io: 'input', reused: 'inline' }) as JsonSchema & { $schema: string };
  return { ...schema, title: 'windlass.yaml' };
}
