import { existsSync, readFileSync, rmSync } from 'node:fs';
import { clientOf } from '../server/engine-client';
import { removeCgroup } from '../kubernetes/machine/cgroups';
import { poll } from './children';
import { run } from './commands';
import { endProcess, identify, type ProcessId } from './processes';
import { processesOf } from './process-table';

/** Something that a run made outside itself, with all that is needed to undo it; plain data. */
export type Made =
  | { kind: 'folder'; path: string }
  | ({ kind: 'process' } & ProcessId)
  /** A Docker engine; what runs on it goes with it. `folder` is in the command line of its helpers. */
  | ({ kind: 'engine'; host: string; folder: string } & ProcessId)
  /** The first process of namespaces: everything in them ends with it. */
  | ({ kind: 'machine' } & ProcessId)
  | { kind: 'cgroup'; name: string }
  | { kind: 'bridge'; name: string; mac: string }
  /** A network namespace; its name is of chance, and so no other's. */
  | { kind: 'namespace'; name: string }
  | { kind: 'container'; host: string; id: string };

/** How long a process has to end by itself before it is killed. */
const GRACE_MS = 8_000;

/** Undoes one thing; a no-op where it is gone already. */
export async function undo(thing: Made): Promise<void> {
  switch (thing.kind) {
    case 'folder':
      return removeFolder(thing.path);
    case 'process':
      return endProcess(thing, GRACE_MS);
    case 'machine':
      return endProcess(thing, 0);
    case 'cgroup':
      return poll(5_000, async () => removeCgroup(thing.name));
    case 'engine':
      return endEngine(thing);
    case 'bridge':
      return removeBridge(thing);
    case 'namespace':
      return removeNamespace(thing.name);
    case 'container':
      await clientOf(thing.host)
        .getContainer(thing.id)
        .remove({ force: true, v: true })
        .catch(ignore(/no such container|ENOENT|ECONNREFUSED/i));
  }
}

/** Its containers first: left to itself, the engine waits for each of them. */
async function endEngine(engine: { host: string; folder: string } & ProcessId): Promise<void> {
  const client = clientOf(engine.host);
  const containers = await client.listContainers({ all: true }).catch(() => []);
  await Promise.allSettled(containers.map(({ Id }) => client.getContainer(Id).remove({ force: true, v: true })));
  await endProcess(engine, GRACE_MS);
  // The helper process of a container outlives an engine that was killed.
  await Promise.all(processesOf(engine.folder).map((helper) => endProcess(helper, 0)));
}

/** What is left in it goes first: a session of SSH, say, whose other end is gone and cannot say so. */
async function removeNamespace(name: string): Promise<void> {
  if (!existsSync(`/run/netns/${name}`)) return;
  const left = (await run('ip', ['netns', 'pids', name])).split('\n').flatMap((pid) => identify(Number(pid)) ?? []);
  await Promise.all(left.map((one) => endProcess(one, 0)));
  await run('ip', ['netns', 'delete', name]);
}

/** Mounts below it go first, or removing would reach into them. */
async function removeFolder(path: string): Promise<void> {
  for (const mount of mountsBelow(path)) await run('umount', ['--lazy', mount]).catch(ignore(/not mounted/));
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

/** Only the very one: by now its name may be another run's. */
async function removeBridge({ name, mac }: { name: string; mac: string }): Promise<void> {
  const file = `/sys/class/net/${name}/address`;
  const isIt = existsSync(file) && readFileSync(file, 'utf8').trim() === mac;
  if (isIt) await run('ip', ['link', 'delete', name]);
}

/** Newest first. proc(5): field 5 is the mount point, with blanks as `\040`. */
function mountsBelow(path: string): string[] {
  if (process.platform !== 'linux') return [];
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  const points = lines.map((line) => line.split(' ')[4]!.replaceAll('\\040', ' '));
  return points.filter((point) => point.startsWith(`${path}/`)).reverse();
}

const ignore = (expected: RegExp) => (error: Error) => {
  if (!expected.test(error.message)) throw error;
};
