import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { accessoryName, instanceName, type EnvironmentRef } from '../../src/model/names';
import type { ObservedSet } from '../../src/model/observed';
import type { Service } from '../../src/model/service';
import { replicasOn, servicesOn, type Target } from '../../src/model/target';
import { hashSpec } from '../engines/hash-spec';

/** How the sets of one kind of target are judged. */
interface SetWords {
  /** Too few of them run: `1 of 2 pods of web are ready`. */
  describeMissing(running: number, count: number, name: string): string;
  /** More may run than the release says, because an autoscaler may want them. */
  mayExceed?: true;
}

/** How the sets of an orchestrator differ from the recorded release, a sentence each; empty when they match. */
export function describeSetDrift(
  { place, release, environment, target }: SetSubject,
  sets: ObservedSet[],
  words: SetWords,
): string[] {
  const found = new Map(sets.map((set) => [set.name, set]));
  const lasting = servicesOn(environment, target.name).filter(({ kind }) => kind !== 'one-off');
  const nameOf = ({ kind, name }: Service) =>
    kind === 'accessory' ? accessoryName(place, name) : instanceName(place, release, name);
  const wanted = new Set(lasting.map(nameOf));
  return [
    ...lasting.flatMap((service) => {
      const count = service.kind === 'accessory' ? 1 : replicasOn(target, service);
      const name = nameOf(service);
      return compare({ name, service, environment, count }, found.get(name), words);
    }),
    ...sets
      .filter(({ name, role, state }) => !wanted.has(name) && role === 'instance' && state === 'running')
      .map(({ name }) => `${name} runs, but is not part of the recorded release`),
  ];
}

interface SetSubject {
  place: EnvironmentRef;
  release: string;
  environment: EnvironmentRecord;
  target: Target;
}

interface Wanted {
  name: string;
  service: Service;
  environment: EnvironmentRecord;
  count: number;
}

function compare(
  { name, service, environment, count }: Wanted,
  found: ObservedSet | undefined,
  { describeMissing, mayExceed }: SetWords,
): string[] {
  if (!found) return [`${name} is missing`];
  if (found.image !== service.image) return [`${name} runs ${found.image}. Expected ${service.image}`];
  if (found.count < count || (found.count > count && !mayExceed))
    return [`${name} is scaled to ${found.count}. Expected ${count}`];
  const spec = hashSpec(service, environment.volumes);
  if (found.spec !== spec && found.spec !== hashSpec(service))
    return [`${name} does not match the record (spec ${found.spec}, expected ${spec})`];
  // Missing tasks follow from this.
  if (found.changed !== undefined) return [`${name} ${found.changed}`];
  const running = found.tasks.filter(({ state }) => state === 'running').length;
  if (running >= count) return [];
  const why = found.tasks.find(({ error }) => error !== undefined)?.error;
  return [describeMissing(running, count, name) + (why === undefined ? '' : `: "${why}"`)];
}
