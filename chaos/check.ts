import { ask } from '../demo/client';
import { clientOf } from '../parts/engine-client';

/** The invariants, looked at from outside: the engine, the proxy's answers, the registry. Nothing of this is windlass's own observation. */
export interface Place {
  engine: string;
  registry: string;
  installation: string;
  app: string;
  target: { address: string; host: string };
}

/** The release that everything agrees on; throws when two say different things, or one says nothing. */
export async function findRelease(place: Place, answers: Map<string, string>): Promise<string> {
  const [running, served, recorded] = await Promise.all([runs(place), serves(place, answers), lastRecorded(place)]);
  const said = new Set([...running, ...served, recorded]);
  if (said.size === 1) return recorded;
  throw new Error(`runs ${running.join('+')}, answers are of ${served.join('+')}, recorded is ${recorded}`);
}

/** Releases with instances; one that does not run is a broken one. */
async function runs({ engine, installation, app }: Place): Promise<string[]> {
  const filters = { label: [`${installation}.app=${app}`, `${installation}.role=instance`] };
  const all = await clientOf(engine).listContainers({ all: true, filters });
  const dead = all.filter(({ State }) => State !== 'running');
  if (dead.length > 0) throw new Error(`${dead.map(({ Names, State }) => `${Names[0]} is ${State}`).join(', ')}`);
  const networks = await clientOf(engine).listNetworks({ filters: { label: [`${installation}.app=${app}`] } });
  const releases = [...all, ...networks].map(({ Labels }) => Labels?.[`${installation}.release`]);
  return [...new Set(releases.filter((one) => one !== undefined))];
}

async function serves({ target }: Place, answers: Map<string, string>): Promise<string[]> {
  const said = await Promise.all(Array.from({ length: 10 }, () => ask(target)));
  return [...new Set(said.map((answer) => answers.get(answer) ?? `unknown (${answer})`))];
}

interface Entry {
  kind: string;
  what: string;
  at: string;
}

/** What the newest outcome of a rollout in the registry says, read by its plain HTTP. */
async function lastRecorded({ registry, app }: Place): Promise<string> {
  const base = `http://${registry}/v2/${app}/windlass`;
  const { tags } = (await (await fetch(`${base}/tags/list?n=10000`)).json()) as { tags: string[] };
  for (const tag of tags
    .filter((one) => one.startsWith('ledger-'))
    .sort()
    .reverse()) {
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
