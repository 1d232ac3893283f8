import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { ComposeFinding, ComposeInput } from './compose-program';
import { wayWithin } from '../within';

interface EnvFile {
  path: string;
  required?: boolean;
}
export interface AbsentFile {
  path: string;
  required: boolean;
}
export type Services = Record<string, { env_file?: EnvFile[]; environment?: Record<string, string | null> }>;
export const servicesOf = (model: Record<string, unknown>) => (model['services'] ?? {}) as Services;

/** The model without env files that are not in the commit, because such a file exists on this machine only. */
export function withoutAbsent(model: Record<string, unknown>, input: ComposeInput): Record<string, unknown> {
  const services = Object.entries(servicesOf(model)).map(([name, service]) => {
    const { env_file, ...rest } = service;
    const left = env_file?.filter((one) => isInCommit(one, input));
    return [name, left?.length ? { ...service, env_file: left } : rest] as const;
  });
  return { ...model, services: Object.fromEntries(services) };
}

/** A compose file, merged last, that removes env files missing in the commit; undefined if none is. */
export function overrideFor(committed: Record<string, unknown>, stated: Record<string, unknown>): string | undefined {
  const before = servicesOf(stated);
  const changed = Object.entries(servicesOf(committed)).filter(
    ([name, { env_file = [] }]) => env_file.length !== (before[name]?.env_file ?? []).length,
  );
  if (changed.length === 0) return undefined;
  const lines = changed.map(
    ([name, { env_file = [] }]) => `  ${JSON.stringify(name)}: { env_file: !override ${JSON.stringify(env_file)} }\n`,
  );
  return `services:\n${lines.join('')}`;
}

/** The env files missing in the commit, unless a file merged later overrides them. */
export function withEntries(
  model: Record<string, unknown>,
  stated: Record<string, unknown>,
  input: ComposeInput,
): Record<string, unknown> {
  const services = Object.entries(servicesOf(model)).map(([name, service]) => {
    const { env_file = [], environment: written = {} } = servicesOf(stated)[name] ?? {};
    const environment = { ...service.environment };
    for (const [index, one] of env_file.entries()) {
      if (isInCommit(one, input)) continue;
      const isLast = !env_file.slice(index + 1).some((later) => isInCommit(later, input));
      for (const [entry, text] of Object.entries(input.envFiles?.[plain(one.path)] ?? {}))
        if (!(entry in written) && (isLast || !(entry in environment)))
          environment[entry] = text.replaceAll('$', () => '$$');
    }
    return [name, Object.keys(environment).length > 0 ? { ...service, environment } : service] as const;
  });
  return { ...model, services: Object.fromEntries(services) };
}

/** The env files that the commit does not have; `required` where a service does not do without. */
export function absentEnvFiles(model: Record<string, unknown>, input: ComposeInput): AbsentFile[] {
  const found = new Map<string, boolean>();
  for (const { env_file = [] } of Object.values(servicesOf(model)))
    for (const one of env_file.filter((file) => !isInCommit(file, input)))
      found.set(plain(one.path), (found.get(plain(one.path)) ?? false) || one.required !== false);
  return [...found].map(([path, required]) => ({ path, required }));
}

const plain = (path: string) => path.replace(/^(\.\/)+/, '');

const isInCommit = ({ path }: EnvFile, { dir, root = dir, isCommitted = () => true }: ComposeInput) => {
  const whole = resolve(dir, path);
  return existsSync(whole) && wayWithin(root, whole) !== undefined && isCommitted(relative(dir, whole));
};

/** Env files must come with the commit: a local one would make another release elsewhere. */
export function checkEnvFiles(model: Record<string, unknown>, input: ComposeInput): ComposeFinding[] {
  const { envFiles = {} } = input;
  return Object.entries(servicesOf(model)).flatMap(([name, { env_file = [] }]) =>
    env_file.flatMap(({ path: file, required = true }, index): ComposeFinding[] => {
      const path = ['services', name, 'env_file', index];
      if (!required || plain(file) in envFiles || isInCommit({ path: file }, input)) return [];
      return [
        {
          path,
          message:
            `is ${file}, which is not in the commit. Commit it if it holds no secret. Otherwise put it on the worker's machine and declare its ` +
            `path and entries under the environment in windlass.yaml: envFiles: { ${file}: { file: /etc/…, entries: [NAME] } }`,
        },
      ];
    }),
  );
}
