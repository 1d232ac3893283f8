import type { EnvironmentRecord } from '../manifest/record';
import type { Difference } from '../model/difference';
import type { Route } from '../model/service';
import { shortImage, sourcesOf } from './compare';

/** Every image that differs between two frozen configurations, by service; the digests as people compare them. */
export function compareImages(before: EnvironmentRecord | undefined, after: EnvironmentRecord): Difference[] {
  const imagesOf = (record: EnvironmentRecord | undefined) =>
    Object.fromEntries((record?.services ?? []).map(({ name, image }) => [name, shortImage(image)]));
  return differencesOf('', imagesOf(before), imagesOf(after));
}

/** Everything else that differs, but for the secrets: in the words of the manifest and of compose. */
export const compareSettings = (before: EnvironmentRecord | undefined, after: EnvironmentRecord): Difference[] =>
  differencesOf('', before && settingsOf(before), settingsOf(after));

/** Where secrets are read, where that differs. */
export const compareSources = (before: EnvironmentRecord | undefined, after: EnvironmentRecord): Difference[] =>
  differencesOf('', before && sourcesOf(before), sourcesOf(after));

/** A configuration with names in place of numbers, so that what is the same stands in the same place. */
function settingsOf(record: EnvironmentRecord): Record<string, unknown> {
  const { name: _, secrets: _secrets, services, hosts, strategy, routes, verifications, soakMs, ...rest } = record;
  const byName = services.map(({ name, image: _image, ...service }) => [name, service] as const);
  return {
    ...rest,
    hosts: hosts.map((host) => host.name),
    strategy: strategy.kind,
    routes: routesOf(routes),
    verify: Object.fromEntries(verifications.map(({ title, ...verification }) => [title, verification])),
    soak: `${soakMs / 1_000}s`,
    ...Object.fromEntries(byName),
  };
}

/** Where requests for each service come in: `shop.example.com/ to port 8080`. */
function routesOf(routes: Route[]): Record<string, string> {
  const services = [...new Set(routes.map(({ service }) => service))];
  const words = ({ host, path, port }: Route) => `${host}${path} to port ${port}`;
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
  // What is only on one side is told as a whole, but for the whole itself.
  if (what !== '' && (!was || !is)) return [{ what, before: show(before), after: show(after) }];
  const keys = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].sort();
  return keys.flatMap((key) => differencesOf(what ? `${what}.${key}` : key, was?.[key], is?.[key]));
}

/** Keys and values; of a list of things that have a name, the names are the keys. */
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
