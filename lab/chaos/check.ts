import { ask, type Target } from '../traffic/client';
import { clientOf } from '../../parts/server/engine-client';

/** The invariants, looked at from outside: the engines, the proxies' answers, the registry. Nothing of this is windlass's own observation. */
export interface Installation {
  hosts: { name: string; engine: string; target: Target }[];
  registry: string;
  installation: string;
  app: string;
  /** What runs on every host. */
  services: string[];
}

/** The release that everything agrees on, on every host; throws when two say different things, or one says nothing. */
export async function findRelease(
  place: Installation,
  releaseOf: (version: string) => string | undefined,
): Promise<string> {
  const recorded = await lastRecorded(place);
  const found = place.hosts.map(async (host) => {
    const [running, served] = await Promise.all([runs(place, host), serves(host, releaseOf)]);
    const said = new Set([...running, ...served, recorded]);
    if (said.size > 1)
      throw new Error(
        `${host.name}: runs ${running.join('+')}, answers are of ${served.join('+')}, recorded is ${recorded}`,
      );
  });
  await Promise.all(found);
  return recorded;
}

/** Releases with instances or networks on a host; a stopped, doubled or missing instance makes one broken. */
async function runs(
  { installation, app, services }: Installation,
  host: Installation['hosts'][number],
): Promise<string[]> {
  const engine = clientOf(host.engine);
  const all = await engine.listContainers({ all: true, filters: { label: [`${installation}.app=${app}`] } });
  const dead = all.filter(({ State }) => State !== 'running');
  if (dead.length > 0)
    throw new Error(`${host.name}: ${dead.map(({ Names, State }) => `${Names[0]} is ${State}`).join(', ')}`);
  const label = (labels: Record<string, string> | undefined, word: string) => labels?.[`${installation}.${word}`];
  const names = all.map(({ Labels }) => label(Labels, 'service') ?? '').sort();
  if (names.join() !== [...services].sort().join())
    throw new Error(`${host.name}: runs ${names.join(', ') || 'nothing'}; expected ${services.join(', ')}, each once`);
  const networks = await engine.listNetworks({ filters: { label: [`${installation}.app=${app}`] } });
  const releases = [...all, ...networks].map(({ Labels }) => label(Labels, 'release'));
  return [...new Set(releases.filter((one) => one !== undefined))];
}

/** An answer says the version of `web` and that of the `api` that it asked. */
export function readAnswer(answer: string): { web?: string; api?: string } {
  const [, web, api] = /^web (\S+) api (\S+) /.exec(answer) ?? [];
  return { web, api };
}

async function serves({ target }: Installation['hosts'][number], releaseOf: (version: string) => string | undefined) {
  const said = await Promise.all(Array.from({ length: 6 }, () => ask(target)));
  const versions = said.map(readAnswer).flatMap(({ web, api }) => [web, api]);
  return [...new Set(versions.map((version) => releaseOf(version ?? '') ?? `unknown (${said[0]})`))];
}

/** What a client's log says of what never may be: versions that answered together. */
export const mixedAnswers = (answers: Record<string, number>): string[] =>
  Object.keys(answers).filter((answer) => readAnswer(answer).web !== readAnswer(answer).api);

interface Entry {
  kind: string;
  what: string;
}

/** What the newest outcome of a rollout in the registry says, read by its plain HTTP. */
async function lastRecorded({ registry, app }: Installation): Promise<string> {
  const base = `http://${registry}/v2/${app}/windlass`;
  const { tags } = (await (await fetch(`${base}/tags/list?n=100000`)).json()) as { tags: string[] };
  const newestFirst = tags
    .filter((one) => one.startsWith('ledger-'))
    .sort()
    .reverse();
  for (const tag of newestFirst) {
    const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
    const manifest = (await (await fetch(`${base}/manifests/${tag}`, { headers: accept })).json()) as {
      layers: { digest: string }[];
    };
    const entry = (await (await fetch(`${base}/blobs/${manifest.layers[0]!.digest}`)).json()) as Entry;
    const on = entry.kind === 'rollout-ended' ? /^(?:back )?on ([\w-]+)/.exec(entry.what)?.[1] : undefined;
    if (on) return on;
  }
  return 'nothing';
}
