import type { z } from 'zod';
import type { Finding, Path } from '../model/text/path';
import { reservedKeys } from '../model/text/reserved-keys';
import { withEntries } from './variables/env-files';
import { keysAt } from './json-schema/keys-at';
import { manifestJsonSchema } from './json-schema/json-schema';
import { checkManifest } from './rules';
import { type Manifest, manifest as schema } from './schema';
import { keepNumbersAsWritten } from './variables/scalars';
import { explainIssue, valueAt } from './yaml/words';
import { inOrder, readYaml, type YamlReading } from './yaml/yaml';

/** The manifest if it is readable, all problems, and a way to locate more in the text. */
export interface Parsed extends Pick<YamlReading, 'problems' | 'point'> {
  /** Undefined when the schema refuses the text. Present when only rules are violated. */
  manifest?: Manifest;
}

/** Parses a manifest. Returns it, or all problems in the order of the text. `file` is the prefix of messages. */
export function parseManifest(file: string, text: string): Parsed {
  const { data, problems: syntax, point } = readYaml(file, text, 'windlass docs', keepNumbersAsWritten);
  if (data === undefined) return { problems: syntax, point };
  const checked = schema.safeParse(data);
  const manifest = checked.success ? withEntries(checked.data) : undefined;
  const findings = checked.success ? checkManifest(manifest!) : explainAll(checked.error, data);
  const problems = inOrder([...syntax, ...[...reservedKeys(data), ...findings].map(point)]);
  return { ...(manifest && { manifest }), problems, point };
}

function explainAll(error: z.ZodError, data: unknown): Finding[] {
  const findings = error.issues.flatMap((issue) =>
    explainIssue(issue, data, (path) => keysAt(manifestJsonSchema(), path)),
  );
  const rest = structuredClone(data);
  for (const { path } of findings) putStandIn(rest, path);
  const salvaged = schema.safeParse(rest);
  if (!salvaged.success) return withoutMistyped(findings);
  const isNews = ({ path }: Finding) => !findings.some((one) => isWithin(path, one.path) || isWithin(one.path, path));
  return withoutMistyped([...findings, ...checkManifest(withEntries(salvaged.data)).filter(isNews)]);
}

/** A key that is missing because it is mistyped beside its place is one mistake, and is reported once. */
function withoutMistyped(findings: Finding[]): Finding[] {
  const meant = findings.flatMap(({ path, message }) => {
    const [, word] = /Did you mean "([^"]+)"\?/.exec(message) ?? [];
    return word ? [[...path.slice(0, -1), word].join('.')] : [];
  });
  return findings.filter(({ path, message }) => !(message.startsWith('is missing') && meant.includes(path.join('.'))));
}

function putStandIn(data: unknown, path: Path): void {
  const isAddressOfHost = path.at(-1) === 'address' && path.at(-3) === 'hosts';
  if (isAddressOfHost) return putStandIn(data, path.slice(0, -1));
  const isOfSwarm = path[0] === 'environments' && path[2] === 'swarm';
  if (isOfSwarm && path.length > 3) return putStandIn(data, path.slice(0, 3));
  const isOfKubernetes = path[0] === 'environments' && path[2] === 'kubernetes';
  if (isOfKubernetes && path.length > 3) return putStandIn(data, path.slice(0, 3));
  const last = path.at(-1);
  const parent = valueAt(data, path.slice(0, -1));
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  const place = parent as Record<string | number, unknown>;
  if (path.length === 1 && last === 'app') place[last] = 'app';
  else if (path.at(-2) === 'hosts' || isOfSwarm) place[last] = `unix:///${last}`;
  else if (isOfKubernetes) place[last] = { namespace: 'stand-in' };
  else if (typeof last === 'string') delete place[last];
}

const isWithin = (inner: Path, outer: Path) => outer.every((part, index) => inner[index] === part);
