import type { StrategyOf } from '../../manifest/kinds';
import type { EnvironmentRecord } from '../../manifest/record/record';
import { replicasOn, servicesOn } from '../../model/target';
import type { TrafficShare } from '../../model/operations/operation';
import type { Phase, Step } from '../../model/plan';
import { answersOn, goesGradually, insertStages, recorded, type TrafficStage } from '../traffic-stages';
import type { PlanningInput } from '../planning';
import { filled } from '../batches';
import { soak } from '../soak';
import { plannerOf } from '../targets';
import type { InstanceSet, SoakOptions } from '../targets/parts';
import { planBlueGreen } from './blue-green';

type Rolling = StrategyOf<'rolling'>;

/**
 * Batch after batch, each healthy under traffic before the next. Without pauses when going back or when nothing
 * ran.
 */
export function planRolling(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const phases = planBlueGreen(input, after);
  const before = recorded(input);
  const strategy = after.strategy as Rolling;
  if (!before || !(goesGradually(input) || input.kind === 'rollback')) return phases;
  if (input.current?.release === input.wanted?.release) return phases;
  const settled = input.kind === 'rollback' ? { ...strategy, pause: 0 } : strategy;
  return strategy.of === 'hosts'
    ? rollTargets(phases, input, after, settled)
    : rollInstances(phases, input, { before, after, ...settled });
}

function rollTargets(
  phases: Phase[],
  input: PlanningInput,
  after: EnvironmentRecord,
  { batch, pause }: Rolling,
): Phase[] {
  const targets = after.targets.map(({ name }) => name);
  const way = fractions(batch, targets.length).flatMap((fraction, index, all): TrafficStage[] => {
    const [from, to] = [all[index - 1] ?? 0, fraction].map((one) => Math.ceil(one * targets.length));
    const done = targets.slice(0, to);
    const part = { percent: percentOf(fraction) };
    return [
      { targets: targets.slice(from, to), route: (_, whole) => whole },
      gate(input, after, { targets: done, forMs: pause, shareOn: () => part }),
    ];
  });
  return insertStages(input, phases, way);
}

/**
 * Replaces a few instances of each routed service at a time: once the new ones serve, as many old ones finish
 * their requests and stop, so there is never more than one extra batch. The services they call stay doubled
 * until the end, because old instances call old ones only.
 */
function rollInstances(
  phases: Phase[],
  input: PlanningInput,
  { before, after, batch, pause }: Rolling & { before: EnvironmentRecord; after: EnvironmentRecord },
): Phase[] {
  const release = input.wanted?.release ?? '';
  const targets = after.targets.map(({ name }) => name);
  const isRolled = (target: string, name: string) =>
    answersOn(input, target) &&
    [before, after].every(
      (record) =>
        record.routes.some(({ service }) => service === name) &&
        servicesOn(record, target).some((service) => service.name === name),
    );
  const counts = (record: EnvironmentRecord, target: string, at: (replicas: number) => number) => {
    const place = record.targets.find(({ name }) => name === target);
    const own = place ? servicesOn(record, target).filter(({ name }) => isRolled(target, name)) : [];
    return Object.fromEntries(own.map((service) => [service.name, at(replicasOn(place!, service))]));
  };
  const most = Math.max(1, ...targets.flatMap((target) => Object.values(counts(after, target, (all) => all))));
  const parts = fractions(batch, most).map((fraction) => ({
    percent: percentOf(fraction),
    started: (target: string) => counts(after, target, (all) => Math.ceil(all * fraction)),
    left: (target: string) => counts(before, target, (all) => all - Math.floor(all * fraction)),
  }));
  /** How many of a service run when so many batches are through: the last one starts all. */
  const startedBy = (index: number, { target, service, count }: InstanceSet) =>
    index < 0 ? 0 : (parts[index]?.started(target)[service] ?? count);
  /** What a batch starts: of what is rolled so many more, of everything else all with the first. */
  const startsOf = (index: number) => (step: Step) => {
    const { operation, undo } = step;
    if (operation.name !== 'startInstances' || !isRolled(operation.target, operation.service))
      return index === 0 ? [step] : [];
    const [left, count] = [startedBy(index - 1, operation), startedBy(index, operation)];
    if (count <= left) return [];
    const undone = undo?.name === 'removeInstances' ? { undo: { ...undo, left } } : {};
    return [{ operation: { ...operation, count }, ...undone }];
  };
  const prepare = phases.find(({ name }) => name === 'prepare')?.batches ?? [];
  const starts = (index: number) => filled(prepare.map((some) => some.flatMap(startsOf(index))));
  const leftBy = (index: number, { target, service, release, count }: InstanceSet) =>
    Math.min(count, (release === input.current?.release ? parts[index]?.left(target)[service] : undefined) ?? count);
  const way = parts.flatMap(({ percent, started, left }, index): TrafficStage[] => {
    const shareOn = (target: string): TrafficShare => ({ percent, instances: started(target) });
    const beside = (target: string) => ({ release: input.current?.release ?? '', instances: left(target) });
    return [
      { targets, route: (target, whole) => ({ ...whole, part: { ...shareOn(target), beside: beside(target) } }) },
      gate(input, after, { forMs: pause, shareOn }),
      ...plannerOf(after).stopOld(input, release, {
        counts: (set) => ({ from: leftBy(index - 1, set), left: leftBy(index, set) }),
        drain: true,
      }),
      ...starts(index + 1),
    ];
  });
  const prepared = phases.map((phase) => (phase.name === 'prepare' ? { ...phase, batches: starts(0) } : phase));
  return insertStages(input, prepared, way);
}

const gate = (input: PlanningInput, after: EnvironmentRecord, way: SoakOptions) =>
  input.kind === 'rollback' ? [] : soak(after, input.wanted?.release ?? '', way);

function fractions(batch: Rolling['batch'], whole: number): number[] {
  const size = typeof batch === 'number' ? batch / whole : Number(batch.slice(0, -1)) / 100;
  const batches = Math.ceil(1 / size - 1e-9);
  return Array.from({ length: batches - 1 }, (_, index) => (index + 1) * size);
}

const percentOf = (fraction: number) => Math.min(99, Math.max(1, Math.round(fraction * 100)));
