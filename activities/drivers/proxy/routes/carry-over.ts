import { proxyName } from '../../../../src/model/names';
import type { ProxyCapability } from '../../../../src/model/host/proxy';
import { failureIn, permanent } from '../../errors';
import type { Engine } from '../../docker/engine';
import { ROUTES_FOLDER } from '../lifecycle/container';
import type { Dialect } from '../dialect';
import { dialects } from '../dialects';
import type { ProxyKind, ProxySettings } from '../proxy';
import { readRouteFile } from './route-file';
import type { RouteSet } from './route-set';
import { writeRoutes } from './set-routes';

/** A file's name in a line of its own, before its text. */
const HEAD = '### ';

/**
 * The routes of all places, as the files of a kind of proxy have them; `container` runs. Permanent failure (kind `bad-route`) where
 * an older windlass wrote one, in the words of that kind alone.
 */
async function readSets(
  engine: Engine,
  container: string,
  kind: ProxyKind,
): Promise<{ name: string; set: RouteSet }[]> {
  const { extension } = dialects[kind];
  const script = `cd ${ROUTES_FOLDER}/live && for file in *.${extension}; do [ -e "$file" ] && echo "${HEAD}$file" && cat "$file" && echo; done; true`;
  const { stdout } = await engine.exec(container, ['sh', '-c', script]);
  const files = stdout.split(new RegExp(`^${HEAD}`, 'm')).filter(Boolean);
  return files.map((text) => {
    const name = text.slice(0, text.indexOf('\n')).replace(new RegExp(`\\.${extension}$`), '');
    const set = readRouteFile(text)?.set;
    if (set) return { name, set };
    throw permanent({
      operation: 'bootstrap',
      host: engine.host,
      kind: 'bad-route',
      message: `the routes of ${name} were written for ${kind} alone, by an older windlass. Release ${name} once, then change the kind of the proxy`,
    });
  });
}

/**
 * Before a proxy is stopped for one of another kind; `container` runs. Permanent failure where its routes cannot be carried over.
 * Files that an earlier attempt left for the new kind go: it would serve them.
 */
export async function prepareToCarryOver(engine: Engine, container: string, from: ProxyKind, to: ProxyKind) {
  const { can } = dialects[to] as Dialect;
  for (const { name, set } of await readSets(engine, container, from)) {
    const lacking = needsOf(set).find((one) => !can.includes(one));
    if (lacking === undefined) continue;
    throw permanent({
      operation: 'bootstrap',
      host: engine.host,
      kind: 'bad-route',
      message: `the routes of ${name} need ${lacking}, and ${to} cannot do that. Release ${name} without it first, or keep ${from}`,
    });
  }
  await removeFiles(engine, container, to);
}

const needsOf = ({ routes }: RouteSet): ProxyCapability[] =>
  routes.flatMap(({ https, protocol, beside }) => [
    ...(https ? (['https'] as const) : []),
    ...(protocol ? [protocol] : []),
    ...(beside ? (['weights'] as const) : []),
  ]);

/** The routes that a proxy of another kind had, in the words of the one that runs now. Its files stay, so that it can come back. */
export async function carryOver(engine: Engine, { installation, kind }: ProxySettings, from: ProxyKind): Promise<void> {
  for (const { name, set } of await readSets(engine, proxyName(installation), from))
    await writeRoutes(engine, installation, { name, set, dialect: dialects[kind] }).catch((error: unknown) => {
      // A rollout has set newer ones meanwhile.
      if (failureIn(error)?.kind !== 'outdated') throw error;
    });
}

/** Removes the files of a kind of proxy; `container` runs. */
export async function removeFiles(engine: Engine, container: string, kind: ProxyKind): Promise<void> {
  await engine.exec(container, ['sh', '-c', `rm -f ${ROUTES_FOLDER}/live/*.${dialects[kind].extension}`]);
}
