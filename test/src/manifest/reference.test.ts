import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { manifestJsonSchema } from '../../../src/manifest/json-schema/json-schema';
import { parseManifest } from '../../../src/manifest/parse';
import { listKeys, printReference } from '../../../src/manifest/json-schema/reference';
import { pathsOf } from './paths-of';

const EXAMPLE = readFileSync(join(__dirname, '../../../docs/windlass.example.yaml'), 'utf8');

test('the commented example is a manifest', () => {
  expect(parseManifest('docs/windlass.example.yaml', EXAMPLE).problems).toEqual([]);
});

test('the commented example has every key, and the reference no other', () => {
  const keys = listKeys().map(({ key }) => key);
  const written = new Set(pathsOf(parse(EXAMPLE), new Set(keys)));
  // A secret is read from one place, so one of them is written.
  const isOtherSource = (key: string) =>
    /\.(env|file|exec)$/.test(key) && written.has(key.replace(/\.(env|file|exec)$/, ''));
  // A node of a swarm is written as a host.
  const isNode = (key: string) => written.has(key.replace(/swarm\.(managers|edge)\[\]/, 'hosts[]'));
  expect(keys.filter((key) => !written.has(key) && !isOtherSource(key) && !isNode(key))).toEqual([]);
});

test('every key says what it means', () => {
  expect(
    listKeys()
      .filter(({ what }) => !what)
      .map(({ key }) => key),
  ).toEqual([]);
});

test('the reference tells type, default and meaning', () => {
  const text = printReference();
  expect(text).toContain(
    "- `app` (string, required)  \n  The application's name, the prefix of all names windlass creates.",
  );
  expect(text).toContain('- `environments.NAME.soak` (duration, default 10s)');
  expect(text).toContain('- `environments.NAME.approval.starter` (may or may-not, default may-not)');
  expect(text).toContain('- `environments.NAME.verify[].http.path` (string, default /)');
});

test('the JSON schema is of what people write', () => {
  const schema = manifestJsonSchema();
  expect(schema.required).toEqual(['app', 'environments']);
  const { properties = {} } = schema.properties!['environments']!.additionalProperties as {
    properties?: Record<string, unknown>;
  };
  expect(properties['soak']).toMatchObject({ type: 'string', default: '10s' });
  expect(properties['strategy']).toMatchObject({
    default: 'blue-green',
    anyOf: [{ enum: ['blue-green', 'recreate', 'rolling'] }, { properties: { rolling: {}, canary: {} } }],
  });
});
