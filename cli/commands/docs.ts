import { Argument, type Command } from 'commander';
import { type Answer, does, examples } from '../deliver';

interface Options {
  schema?: boolean;
}
type Topic = 'manifest' | 'compose';

export function define(command: Command): void {
  command
    .addArgument(
      new Argument('[topic]', 'the keys of windlass.yaml, or what becomes of those of a compose file')
        .choices(['manifest', 'compose'] satisfies Topic[])
        .default('manifest'),
    )
    .option('--schema', 'print the JSON schema of windlass.yaml, for editors')
    .addHelpText(
      'after',
      examples('windlass docs | less', 'windlass docs compose', 'windlass docs --schema > windlass.schema.json') +
        '\n\nAn editor uses the schema with this as the first line of windlass.yaml:\n  # yaml-language-server: $schema=windlass.schema.json',
    );
  does(command, docs);
}

async function docs(topic: Topic, { schema }: Options): Promise<Answer> {
  if (schema) return printSchema();
  return TOPICS[topic]();
}

const TOPICS: Record<Topic, () => Promise<Answer>> = {
  async manifest() {
    const { listKeys, printReference } = await import('../../src/manifest/reference');
    return { json: listKeys(), lines: [printReference().trimEnd()] };
  },
  async compose() {
    const { KEY_TABLES, printComposeReference } = await import('../../src/compose/reference');
    const json = Object.fromEntries(Object.entries(KEY_TABLES).map(([name, { keys }]) => [name, keys]));
    return { json, lines: [printComposeReference().trimEnd()] };
  },
};

async function printSchema(): Promise<Answer> {
  const { manifestJsonSchema } = await import('../../src/manifest/jsonSchema');
  const json = manifestJsonSchema();
  return { json, lines: [JSON.stringify(json, null, 2)] };
}
