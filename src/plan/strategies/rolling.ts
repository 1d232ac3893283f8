import type { StrategyOf } from '../../manifest/kinds';
import type { EnvironmentRecord } from '../../manifest/record';
import { instancesOn, servicesOn } from '../../model/host';
import type { Part, Phase, Step } from '../../model/plan';
import { answersOn, goesGradually, onTheWay, recorded, type OnTheWay } from '../gradual';
import type { PlanningInput } from '../planning';
import { filled, soak } from '../steps';
import { stopOld } from '../stopOld';
import { planBlueGreen } from './blueGreen';

type Rolling = StrategyOf<'rolling'>;

/** Batch after batch, each healthy under traffic before the next. Going back, or where nothing ran, there is no pause. */
export function planRolling(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const phases = planBlueGreen(input, after);
  const before = recorded(input);
  const strategy = after.strategy as Rolling;
  if (!before || !(goesGradually(input) || input.kind === 'rollback')) return phases;
  if (input.current?.release === input.wanted?.release) return phases;
  const settled = input.kind === 'rollback' ? { ...strategy, pause: 0 } : strategy;
  return strategy.of === 'hosts'
    ? rollHosts(phases, input, after, settled)
    : rollInstances(phases, input, { before, after, ...settled });
}

/** The hosts of a batch go as a whole; all of them were prepared before. */
function rollHosts(
  phases: Phase[],
  input: PlanningInput,
  after: EnvironmentRecord,
  { batch, pause }: Rolling,
): Phase[] {
  const hosts = after.hosts.map(({ name }) => name);
  const way = fractions(batch, hosts.length).flatMap((fraction, index, all): OnTheWay[] => {
    const [from, to] = [all[index - 1] ?? 0, fraction].map((one) => Math.ceil(one * hosts.length));
    const done = hosts.slice(0, to);
    const part = { percent: percentOf(fraction) };
    return [
      { hosts: hosts.slice(from, to), route: (_, whole) => whole },
      gate(input, after, { hosts: done, forMs: pause, partOn: () => part }),
    ];
  });
  return onTheWay(input, phases, way);
}

/**
 * Of each routed service that has several instances on a host, so many at a time: when the new ones answer, as many old
 * ones end what they are at and stop, so that there is never more than a batch too many. What these call is there twice
 * until the end, for an old instance calls old ones only.
 */
function rollInstances(
  phases: Phase[],
  input: PlanningInput,
  { before, after, batch, pause }: Rolling & { before: EnvironmentRecord; after: EnvironmentRecord },
): Phase[] {
  const release = input.wanted?.release ?? '';
  const hosts = after.hosts.map(({ name }) => name);
  const isRolled = (host: string, name: string) =>
    answersOn(input, host) &&
    [before, after].every(
      (record) =>
        record.routes.some(({ service }) => service === name) &&
        servicesOn(record, host).some((service) => service.name === name),
    );
  const counts = (record: EnvironmentRecord, host: string, at: (replicas: number) => number) => {
    const own = instancesOn(record, host).filter(({ service }) => isRolled(host, service.name));
    const replicas = new Map(own.map(({ service, replica }) => [service.name, replica]));
    return Object.fromEntries([...replicas].map(([name, all]) => [name, at(all)]));
  };
  const most = Math.max(1, ...hosts.flatMap((host) => Object.values(counts(after, host, (all) => all))));
  const parts = fractions(batch, most).map((fraction) => ({
    percent: percentOf(fraction),
    started: (host: string) => counts(after, host, (all) => Math.ceil(all * fraction)),
    left: (host: string) => counts(before, host, (all) => all - Math.floor(all * fraction)),
  }));
  /** The batch by which an instance is started, counted from 0. */
  const batchOf = ({ operation }: Step) => {
    if (operation.name !== 'startInstance' || !isRolled(operation.host, operation.service)) return 0;
    const { host, service, replica } = operation;
    const found = parts.findIndex(({ started }) => replica <= (started(host)[service] ?? 0));
    return found < 0 ? parts.length : found;
  };
  const prepare = phases.find(({ name }) => name === 'prepare')?.batches ?? [];
  const startedBy = (index: number) => filled(prepare.map((some) => some.filter((step) => batchOf(step) === index)));
  const way = parts.flatMap(({ percent, started, left }, index): OnTheWay[] => {
    const partOn = (host: string): Part => ({ percent, instances: started(host) });
    const isSpare = (one: { host: string; service: string; release: string; replica: number }) =>
      one.release === input.current?.release && one.replica > (left(one.host)[one.service] ?? Infinity);
    const beside = (host: string) => ({ release: input.current?.release ?? '', instances: left(host) });
    return [
      { hosts, route: (host, whole) => ({ ...whole, part: { ...partOn(host), beside: beside(host) } }) },
      gate(input, after, { forMs: pause, partOn }),
      ...stopOld(input, release, (one) => isSpare(one) && !wasSpare(one, parts[index - 1]?.left), true),
      ...startedBy(index + 1),
    ];
  });
  const prepared = phases.map((phase) => (phase.name === 'prepare' ? { ...phase, batches: startedBy(0) } : phase));
  return onTheWay(input, prepared, way);
}

const wasSpare = (
  { host, service, replica }: { host: string; service: string; replica: number },
  left: ((host: string) => Record<string, number>) | undefined,
) => left !== undefined && replica > (left(host)[service] ?? Infinity);

/** Nothing is asked on the way back. */
const gate = (input: PlanningInput, after: EnvironmentRecord, way: Parameters<typeof soak>[2]) =>
  input.kind === 'rollback' ? [] : soak(after, input.wanted?.release ?? '', way);

/** What is done after each batch but the last, as a fraction of the whole. */
function fractions(batch: Rolling['batch'], whole: number): number[] {
  const size = typeof batch === 'number' ? batch / whole : Number(batch.slice(0, -1)) / 100;
  const batches = Math.ceil(1 / size - 1e-9);
  return Array.from({ length: batches - 1 }, (_, index) => (index + 1) * size);
}

const percentOf = (fraction: number) => Math.min(99, Math.max(1, Math.round(fraction * 100)));
