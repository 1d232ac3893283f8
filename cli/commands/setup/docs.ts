import { Argument, type Command } from 'commander';
import type { Answers } from '../../../src/compose/answers/answers';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';

interface Options {
  schema?: boolean;
  target?: string;
}
type Topic = 'manifest' | 'compose' | 'policy';

export function define(command: Command): void {
  command
    .addArgument(
      new Argument('[topic]', 'the keys of windlass.yaml, how each compose key is handled, or the keys of the policy')
        .choices(['manifest', 'compose', 'policy'] satisfies Topic[])
        .default('manifest'),
    )
    .option('--schema', 'print the JSON schema of windlass.yaml, or of the policy, for editors')
    .option('--target <kind>', 'the kind of target a compose file is released to', 'docker')
    .addHelpText(
      'after',
      examples(
        'windlass docs | less',
        'windlass docs compose',
        'windlass docs policy',
        'windlass docs --schema > windlass.schema.json',
      ) +
        '\n\nTo use the schema in an editor, make this the first line of windlass.yaml:\n  # yaml-language-server: $schema=windlass.schema.json',
    );
  action(command, docs);
}

async function docs(topic: Topic, { schema, target = '' }: Options): Promise<CommandResult> {
  if (schema) return printSchema(topic);
  return TOPICS[topic](target);
}

const TOPICS: Record<Topic, (target: string) => Promise<CommandResult>> = {
  async manifest() {
    const { listKeys, printReference } = await import('../../../src/manifest/json-schema/reference');
    return { json: listKeys(), lines: [printReference().trimEnd()] };
  },
  async compose(target) {
    const { ANSWERS } = await import('../../../src/compose/answers');
    const { printComposeReference } = await import('../../../src/compose/reference');
    const answers = new Map<string, Answers>(Object.entries(ANSWERS)).get(target);
    const known = Object.keys(ANSWERS).join(', ');
    if (!answers) throw new UserError(`--target ${target}: is no kind of target. Write one of: ${known}`);
    return { json: answers, lines: [printComposeReference(answers).trimEnd()] };
  },
  async policy() {
    const { listPolicyKeys, printPolicyReference } = await import('../../../src/policy/parse');
    return { json: listPolicyKeys(), lines: [printPolicyReference().trimEnd()] };
  },
};

async function printSchema(topic: Topic): Promise<CommandResult> {
  const { manifestJsonSchema } = await import('../../../src/manifest/json-schema/json-schema');
  const { policyJsonSchema } = await import('../../../src/policy/parse');
  const json = topic === 'policy' ? policyJsonSchema() : manifestJsonSchema();
  return { json, lines: [JSON.stringify(json, null, 2)] };
}
