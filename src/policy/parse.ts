import { jsonSchemaOf } from '../manifest/json-schema/json-schema';
import { keysAt } from '../manifest/json-schema/keys-at';
import { reservedKeys } from '../model/text/reserved-keys';
import { keysOf, printKeys, type ReferenceEntry } from '../manifest/json-schema/reference';
import { explainIssue } from '../manifest/yaml/words';
import { inOrder, readYaml, type YamlReading } from '../manifest/yaml/yaml';
import { checkPolicy } from './rules';
import { type Policy, policy as schema } from './schema';

/** What a text says: the policy, or all that is wrong with it in the order of the text, and how to point into the text. */
export interface ParsedPolicy extends Pick<YamlReading, 'problems' | 'point'> {
  /** Undefined when anything is wrong: a policy that is read in part would allow what it should not. */
  policy?: Policy;
}

/** `file` is the name that messages begin with. */
export function parsePolicy(file: string, text: string): ParsedPolicy {
  const { data, problems: syntax, point } = readYaml(file, text, 'windlass docs policy');
  if (data === undefined) return { problems: syntax, point };
  const checked = schema.safeParse(data);
  const findings = checked.success
    ? checkPolicy(checked.data)
    : checked.error.issues.flatMap((issue) => explainIssue(issue, data, (path) => keysAt(policyJsonSchema(), path)));
  const problems = inOrder([...syntax, ...[...reservedKeys(data), ...findings].map(point)]);
  return { ...(checked.success && problems.length === 0 && { policy: checked.data }), problems, point };
}

const TITLE = 'The policy: WINDLASS_POLICY';

/** The JSON schema of the policy as people write it, for editors. */
export const policyJsonSchema = () => jsonSchemaOf(schema, TITLE);

/** Every key of the policy, in the order of the schema. */
export const listPolicyKeys = (): ReferenceEntry[] => keysOf(policyJsonSchema());

/** The reference of the policy as Markdown; on a terminal it reads as plain text. */
export const printPolicyReference = (): string => printKeys(TITLE, listPolicyKeys());
