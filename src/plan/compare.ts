import type { EnvironmentRecord } from '../manifest/record';
import type { Plan } from '../model/plan';
import { describeSource } from '../model/secret';

/** What differs between two frozen configurations of an environment, a line each. Secrets stand as references in both. */
export function compareConfigurations(before: EnvironmentRecord | undefined, after: EnvironmentRecord): string[] {
  const lines: string[] = [];
  const old = new Map(before?.services.map((service) => [service.name, service]));
  for (const service of after.services) {
    const was = old.get(service.name);
    old.delete(service.name);
    if (!was) lines.push(`${service.name}: new, ${shortImage(service.image)}`);
    else lines.push(...compareValues(service.name, shorten(was), shorten(service)));
  }
  for (const { name, kind } of old.values())
    lines.push(
      `${name}: is no longer part of the release and ${kind === 'accessory' ? 'stays as it runs' : 'is removed'}`,
    );
  if (before) {
    lines.push(...compareValues('routes', before.routes, after.routes));
    lines.push(...compareValues('secrets', sourcesOf(before), sourcesOf(after)));
  }
  return lines;
}

/** Where each secret is read, in words. */
export const sourcesOf = ({ secrets }: EnvironmentRecord): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).map(([name, source]) => [name, describeSource(source)]));

/** What differs between the plan that was approved and the one that would be carried out now. */
export function comparePlans(approved: Pick<Plan, 'before' | 'changes'>, now: Plan): string[] {
  const gone = approved.before.filter((line) => !now.before.includes(line)).map((line) => `was: ${line}`);
  const come = now.before.filter((line) => !approved.before.includes(line)).map((line) => `is: ${line}`);
  const changes = now.changes.filter((line) => !approved.changes.includes(line)).map((line) => `change: ${line}`);
  const lines = [...gone, ...come, ...changes];
  return lines.length > 0 ? lines : ['the steps differ'];
}

/** `sha256:` and twelve digits are enough for people to tell images apart. */
export const shortImage = (image: string) => image.replace(/^.*@(sha256:[0-9a-f]{12}).*$/, '$1');

/** Images as people tell them apart. */
export const shorten = <T extends { image: string }>(service: T): T => ({
  ...service,
  image: shortImage(service.image),
});

export function compareValues(path: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after)) return [`${path}: ${show(before)} → ${show(after)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => compareValues(`${path}.${key}`, before[key], after[key]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown) =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
