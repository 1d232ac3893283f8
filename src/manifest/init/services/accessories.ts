import { announcedPort } from './announced';
import { awaited } from './entries';
import { keptVolumes } from '../folders';
import { isLabelProxy, isStore } from './roles';
import type { Entry } from '../types';

/**
 * Known databases, queues and caches; services with data that depend on nothing and are depended on; and whatever
 * these wait for. Never the application.
 */
export function chooseAccessories(entries: Entry[], folders: Record<string, string>, jobs: Entry[]): Set<string> {
  const oneOffs = awaited(entries);
  const isJob = ({ name }: Entry) => oneOffs.has(name) || jobs.some((one) => one.name === name);
  const keepsData = (entry: Entry) => keptVolumes(entry, folders).length > 0;
  // A proxy of their own, which ours stands for: it keeps its certificates, and stays out of the way.
  const isAnnounced = entries.some((entry) => announcedPort(entry) !== undefined);
  const chosen = new Set(
    entries
      .filter((entry) => !isJob(entry))
      .filter(
        (entry) =>
          (isStore(entry) && (!entry.build || keepsData(entry))) ||
          (isAnnounced && isLabelProxy(entry)) ||
          (!entry.build && keepsData(entry) && entry.depended && entry.on.length === 0 && !entry.ports?.length),
      )
      .map(({ name }) => name),
  );
  // With accessories alone nothing would be released: a service nobody depends on is the application.
  const lasting = entries.filter((entry) => !isJob(entry));
  if (lasting.every(({ name }) => chosen.has(name)))
    for (const { name } of lasting) if (!lasting.some(({ on }) => on.includes(name))) chosen.delete(name);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  for (const { name, network_mode: mode = '' } of entries) {
    const [, other] = /^service:(.*)$/.exec(mode) ?? [];
    // They are released together, or the network of one would be gone.
    if (other) [name, other].forEach((one) => chosen.delete(one));
  }
  const waiting = [...chosen, ...oneOffs];
  for (const name of waiting)
    for (const on of byName.get(name)?.on ?? [])
      if (!chosen.has(on) && !oneOffs.has(on) && !byName.get(on)!.build) {
        chosen.add(on);
        waiting.push(on);
      }
  leaveWaiting(chosen, oneOffs, byName);
  return chosen;
}

/** What waits for something that each release starts or runs is released with it, unless that in turn waits for it. */
function leaveWaiting(chosen: Set<string>, oneOffs: Set<string>, byName: Map<string, Entry>): void {
  const isNeeded = (name: string) => [...oneOffs].some((one) => byName.get(one)?.on.includes(name));
  const waiting = () =>
    [...chosen].find((name) => !isNeeded(name) && byName.get(name)!.on.some((on) => !chosen.has(on)));
  for (let name = waiting(); name !== undefined; name = waiting()) chosen.delete(name);
}
