import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Plan } from '../../model/plan';
import type { Service } from '../../model/service';
import { describeSource } from '../../model/container/secret';
import { compareFiles, type LineChanges } from './placed';

/**
 * The differences between two frozen configurations of an environment, a line each. Secrets are references in both.
 */
export function compareConfigurations(
  before: EnvironmentRecord | undefined,
  after: EnvironmentRecord,
  fileLines?: LineChanges,
): string[] {
  const lines: string[] = [];
  const old = new Map(before?.services.map((service) => [service.name, service]));
  for (const service of after.services) {
    const was = old.get(service.name);
    old.delete(service.name);
    if (!was) lines.push(`${service.name}: new, ${shortImage(service.image)}`);
    else
      lines.push(
        ...compareValues(service.name, described(was), described(service)).map((line) =>
          line.startsWith(`${service.name}.image: `) && isRebuilt(was, service) ? `${line}, ${REBUILT}` : line,
        ),
        ...compareFiles(was.container.files, service.container.files, fileLines).map(
          ({ file, how }) => `${service.name}: ${file} ${how}`,
        ),
      );
  }
  for (const { name, kind } of old.values())
    lines.push(
      `${name}: no longer in the release; ${kind === 'accessory' ? 'its container stays until it is forgotten or another service takes its data' : 'removed'}`,
    );
  if (before) {
    lines.push(...compareValues('volumes', volumesByName(before), volumesByName(after)));
    lines.push(...compareValues('routes', before.routes, after.routes));
    lines.push(...compareValues('secrets', sourcesOf(before), sourcesOf(after)));
  }
  return lines;
}

const volumesByName = ({ volumes }: EnvironmentRecord) =>
  Object.fromEntries(volumes.map(({ name, ...said }) => [name, said]));

/** The source of each secret. */
export const sourcesOf = ({ secrets }: EnvironmentRecord): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).map(([name, source]) => [name, describeSource(source)]));

/** The differences between the approved plan and the current one. */
export function comparePlans(approved: Pick<Plan, 'before' | 'changes'>, now: Plan): string[] {
  const gone = approved.before.filter((line) => !now.before.includes(line)).map((line) => `was: ${line}`);
  const come = now.before.filter((line) => !approved.before.includes(line)).map((line) => `is: ${line}`);
  const changes = now.changes.filter((line) => !approved.changes.includes(line)).map((line) => `change: ${line}`);
  const lines = [...gone, ...come, ...changes];
  return lines.length > 0 ? lines : ['the steps differ'];
}

/** An image has another digest each time that it is built: it says less than what it was built from. */
export const REBUILT = 'rebuilt from the same sources';
export const isRebuilt = (was: Service, is: Service): boolean =>
  was.image !== is.image && was.sources !== undefined && was.sources === is.sources;

function described(service: Service) {
  const { sources: _, container, ...others } = service;
  const { files: _files, ...settings } = container;
  return shorten({ ...others, container: settings });
}

/** `sha256:` and twelve digits identify an image for people. */
export const shortImage = (image: string) => image.replace(/^.*@(sha256:[0-9a-f]{12}).*$/, '$1');

/** Shortens images for comparison. */
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
