import type { Finding, Path } from '../../../src/model/text/path';

/** Keys that name files or folders. Below `NAMES`, keys are names people choose. */
const PLACES = new Set<unknown>(['source', 'context', 'file', 'device', 'path']);
const CHOSEN = new Set<unknown>(['environment', 'args', 'labels', 'sysctls', 'options']);

/**
 * Replaces `${PWD}`, printed as the path `pwd`, by the project's folder: a path that begins with it is a path of
 * the project, like `./data`. So is `${HOME}/data` of a home, like `~/data`. Elsewhere both would differ between machines and are problems.
 */
export function settlePwd<T>(
  model: T,
  { pwd, home }: { pwd: string; home: string },
): { model: T; findings: Finding[] } {
  const findings: Finding[] = [];
  const settle = (data: unknown, path: Path): unknown => {
    if (Array.isArray(data)) return data.map((item: unknown, index) => settle(item, [...path, index]));
    if (typeof data === 'object' && data !== null)
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, settle(value, [...path, key])]));
    if (typeof data !== 'string') return data;
    for (const [folder, sign, message] of [
      [pwd, '.', OF_A_MACHINE],
      [home, '~', OF_A_USER],
    ] as const) {
      if (!data.includes(folder)) continue;
      const [before, rest, ...more] = data.split(folder);
      if (isPlace(path) && before === '' && more.length === 0 && /^(\/|$)/.test(rest!)) return `${sign}${rest}`;
      findings.push({ path, message });
    }
    return data;
  };
  return { model: settle(model, []) as T, findings };
}

const isPlace = (path: Path) =>
  !path.slice(0, -1).some((key) => CHOSEN.has(key)) &&
  (PLACES.has(path.at(-1)) || path.at(-2) === 'additional_contexts');

const OF_A_MACHINE =
  'contains ${PWD}, which differs between machines. Write the path, or declare it as a variable of another name in windlass.yaml';
const OF_A_USER =
  'contains ${HOME}, which differs between users. Write the path, or declare it as a variable of another name in windlass.yaml';
