import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Difference } from '../../model/container/difference';
import { nameAddress } from '../../model/host/route-address';
import type { Route } from '../../model/service';
import { isRebuilt, REBUILT, shortImage, sourcesOf } from './configurations';
import { compareFiles, type LineChanges } from './placed';

/** Every image that differs between two frozen configurations, by service, with short digests. */
export function compareImages(before: EnvironmentRecord | undefined, after: EnvironmentRecord): Difference[] {
  const imagesOf = (record: EnvironmentRecord | undefined) =>
    Object.fromEntries((record?.services ?? []).map(({ name, image }) => [name, shortImage(image)]));
  const find = (record: EnvironmentRecord | undefined, name: string) =>
    record?.services.find((one) => one.name === name);
  return differencesOf('', imagesOf(before), imagesOf(after)).map((difference) => {
    const [was, is] = [find(before, difference.what), find(after, difference.what)];
    return was && is && isRebuilt(was, is) ? { ...difference, after: `${difference.after}, ${REBUILT}` } : difference;
  });
}

/** All other differences except secrets, in the manifest's and compose's terms. */
export const compareSettings = (
  before: EnvironmentRecord | undefined,
  after: EnvironmentRecord,
  lines?: LineChanges,
): Difference[] => [
  ...differencesOf('', before && settingsOf(before), settingsOf(after)),
  ...after.services.flatMap(({ name, container }) => {
    const was = before?.services.find((one) => one.name === name);
    if (!was) return [];
    return compareFiles(was.container.files, container.files, lines).map(({ file, how }) => ({
      what: `${name}: ${file}`,
      after: how,
    }));
  }),
];

/** Secrets whose source differs. */
export const compareSources = (before: EnvironmentRecord | undefined, after: EnvironmentRecord): Difference[] =>
  differencesOf('', before && sourcesOf(before), sourcesOf(after));

/** A configuration with names instead of indexes, so that equal parts have equal paths. */
function settingsOf(record: EnvironmentRecord): Record<string, unknown> {
  const { name: _, secrets: _secrets, services, targets, strategy, routes, verifications, soakMs, ...rest } = record;
  const byName = services.map(({ name, image: _image, sources: _sources, container, ...service }) => {
    const { files: _files, ...others } = container;
    return [name, { ...service, container: others }] as const;
  });
  return {
    ...rest,
    hosts: targets.map(({ name }) => name),
    strategy: strategy.kind,
    routes: routesOf(routes),
    verify: Object.fromEntries(verifications.map(({ title, ...verification }) => [title, verification])),
    soak: `${soakMs / 1_000}s`,
    ...Object.fromEntries(byName),
  };
}

function routesOf(routes: Route[]): Record<string, string> {
  const services = [...new Set(routes.map(({ service }) => service))];
  const words = (route: Route) =>
    `${nameAddress(route)} to port ${route.port}${route.protocol === 'h2c' ? ' by h2c' : ''}`;
  return Object.fromEntries(
    services.map((service) => [
      service,
      routes
        .filter((route) => route.service === service)
        .map(words)
        .join(', '),
    ]),
  );
}

function differencesOf(what: string, before: unknown, after: unknown): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [was, is] = [entriesOf(before), entriesOf(after)];
  // A part that exists on one side only is reported as a whole.
  if (what !== '' && (!was || !is)) return [{ what, before: show(before), after: show(after) }];
  const keys = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].sort();
  return keys.flatMap((key) => differencesOf(what ? `${what}.${key}` : key, was?.[key], is?.[key]));
}

function entriesOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return value as Record<string, unknown>;
  const named = value.flatMap((item: unknown) => {
    const { name, ...rest } = (typeof item === 'object' && item !== null ? item : {}) as { name?: unknown };
    return typeof name === 'string' ? [[name, rest] as const] : [];
  });
  return named.length === value.length && value.length > 0 ? Object.fromEntries(named) : undefined;
}

function show(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
