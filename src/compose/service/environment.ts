import { isLiteralSecret, ofService, secretReference } from '../../model/container/secret';
import type { ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import type { ComposeOverrides } from '../overrides';

type EnvironmentWishes = Pick<ComposeOverrides, 'secrets' | 'notSecret' | 'needsApproval'>;

/**
 * A service's environment; nothing comes from the machine. A literal secret is replaced by the declared secret
 * of its name, or by the one of `SERVICE.NAME`, which is for this service alone. An undeclared one is a warning, or refused where a
 * release needs an approval.
 */
export function readEnvironment(
  called: string,
  service: ComposeService,
  model: ComposeModel,
  overrides: EnvironmentWishes,
  at: string[],
  notes: Diagnostics,
): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).flatMap(([name, value]): [string, string][] => {
    const path = [...at, 'environment', name];
    if (value === null) {
      notes.tell(
        path,
        'is left out, for nothing gives it a value: a release takes none from a terminal. Declare it under variables or secrets of the environment',
      );
      return [];
    }
    if (!isLiteralSecret(name, value) || overrides.notSecret.includes(name)) return [[name, value]];
    const own = ofService(called, name);
    if (overrides.secrets.includes(own)) return [[name, secretReference(own)]];
    if (!overrides.secrets.includes(name)) {
      reportLiteral(name, overrides, path, notes);
      return [[name, value]];
    }
    const other = withAnotherValue(model, name, value);
    if (other !== undefined)
      notes.refuse(
        path,
        `differs from its value in ${other}, but secret ${name} would replace both. Declare ${own} under the environment's secrets, which is for ${called} alone`,
      );
    return [[name, secretReference(name)]];
  });
  return Object.fromEntries(entries);
}

function reportLiteral(name: string, { needsApproval }: EnvironmentWishes, path: string[], notes: Diagnostics): void {
  const remedy =
    `Declare ${name} under the environment's secrets in windlass.yaml, which replaces this value ` +
    '(windlass check --fix does both). If it is not a secret, list it under notSecret';
  if (needsApproval) notes.refuse(path, `looks like a literal secret. ${remedy}`);
  else notes.tell(path, `looks like a literal secret, which everyone with the repository can read. ${remedy}`);
}

function withAnotherValue({ services = {} }: ComposeModel, name: string, value: string): string | undefined {
  return Object.entries(services).find(([, { environment }]) => {
    const other = environment?.[name];
    return typeof other === 'string' && other !== value && isLiteralSecret(name, other);
  })?.[0];
}
