import type { EnvironmentRecord } from '../../../manifest/record/record';
import type { ObservedContainer } from '../../../model/observed';
import type { Operation, Phase, Step } from '../../../model/plan';
import { type Clash, clashesOf, describeClash, type Starting, type Writer } from '../../../model/environment/writer';
import { setAside } from './accessories';
import { environmentOf, type PlanningInput, Refused } from '../../planning';
import type { EngineInput, Words } from '../own';
import { asFoundOn, observedOn } from '../observed-on';
import { filled } from '../../batches';
import { replicaOf } from '../../../model/names';
import { stopInstances } from '../stop-old';
import { restartOfComposed } from '../take-over/take-over';

/** A container that must stop before another starts. */
interface Stop {
  host: string;
  name: string;
  step: Step;
  why: string;
}

/**
 * Nobody else writes where a container is about to: the current writer stops right before, and the undo restarts
 * it. Containers of others are not stopped but refused. `phases` are the strategy's, including a takeover.
 */
export function oneWriter(
  input: EngineInput,
  after: EnvironmentRecord,
  phases: Phase[],
): { phases: Phase[]; warnings: string[] } {
  const stops: Stop[] = [];
  const stopped = new Set<string>();
  const isMoved = ({ operation }: Step) => stops.some(({ step }) => isSame(step.operation, operation));
  const open = phases.findIndex(({ name }) => name === 'commit');
  const planned = phases.map((phase, index): Phase => {
    if (index >= open) return phase;
    const batches = phase.batches.flatMap((batch) => {
      const left = batch.filter((step) => !isMoved(step));
      const first = left.flatMap(({ operation }) => mustStop(input, after, operation, stopped));
      const news = first.filter((one, at) => first.findIndex((other) => keyOf(other) === keyOf(one)) === at);
      stops.push(...news);
      const steps = unique(news.map(({ step }) => step));
      for (const one of news) stopped.add(keyOf(one));
      for (const { operation } of [...steps, ...left]) for (const key of stopsBy(input, operation)) stopped.add(key);
      return [steps, left];
    });
    return { ...phase, batches: filled(batches) };
  });
  return {
    phases: planned.map((phase) => (phase.name === 'retire' ? discarding(phase, stops) : phase)),
    warnings: stops.map(({ why }) => why),
  };
}

const keyOf = ({ host, name }: Pick<Stop, 'host' | 'name'>) => `${host}/${name}`;

const unique = (steps: Step[]): Step[] =>
  steps.filter((step, at) => !steps.slice(0, at).some((other) => isSame(other.operation, step.operation)));

function discarding(phase: Phase, stops: Stop[]): Phase {
  const steps = stops.flatMap(({ step: { operation } }): Step[] =>
    operation.name === 'setAsideAccessory' ? [{ operation: { ...operation, name: 'discardAccessory' } }] : [],
  );
  return { ...phase, batches: filled([steps, ...phase.batches]) };
}

function mustStop(input: EngineInput, after: EnvironmentRecord, operation: Operation, stopped: Set<string>): Stop[] {
  const starting = startOf(input, after, operation);
  if (!starting) return [];
  const { target: host } = operation;
  const { writers = [], containers } = observedOn(input.observed, host);
  const isLeft = ({ name }: { name: string }) => !stopped.has(keyOf({ host, name }));
  const clashes = clashesOf(starting, writers.filter(isLeft)).filter(({ writer }) => !isMeant(operation, writer));
  const others = containers
    .filter((one) => isLeft(one) && isFormerKind(operation, starting, one))
    .filter(({ name }) => !clashes.some(({ writer }) => writer.name === name));
  return [
    ...clashes.map((clash) => stopWriter(input, after, host, starting, clash)),
    ...others.map((one) => stopOwn(input, host, starting, one, `runs ${starting.service.name} with another kind`)),
  ];
}

function startOf(input: PlanningInput, after: EnvironmentRecord, operation: Operation): Starting | undefined {
  switch (operation.name) {
    case 'startInstances':
    case 'startAccessory':
    case 'recreateAccessory':
    case 'restoreAccessory':
    case 'runOneOff': {
      const service = after.services.find(({ name }) => name === operation.service);
      const model = asFoundOn(input.observed, operation.target, environmentOf(input.wanted!, after.name));
      return service && { model, service, release: operation.release };
    }
    default:
      return undefined;
  }
}

function isMeant(operation: Operation, { name, composed }: Writer): boolean {
  if (operation.name === 'startAccessory') return operation.adopts === name;
  if (operation.name === 'recreateAccessory' || operation.name === 'restoreAccessory')
    return operation.composed === name || (composed !== undefined && composed.service === operation.service);
  return false;
}

function isFormerKind(
  operation: Operation,
  { service }: Starting,
  { role, name, service: of, state }: ObservedContainer,
) {
  if (role === 'accessory') return of === service.name && service.kind !== 'accessory';
  return operation.name === 'startAccessory' && operation.inherits === name && state === 'running';
}

function stopsBy({ observed }: PlanningInput, operation: Operation): string[] {
  const { target: host } = operation;
  const { containers, composed = [] } = observedOn(observed, host);
  switch (operation.name) {
    case 'stopInstances':
    case 'removeInstances':
      return containers.filter((one) => isInstance(one, operation)).map(({ name }) => keyOf({ host, name }));
    case 'stopComposed':
      return [keyOf({ host, name: operation.container })];
    case 'recreateAccessory':
    case 'restoreAccessory':
      return [
        ...containers.filter((one) => one.role === 'accessory' && one.service === operation.service),
        ...composed.filter(({ service }) => service === operation.service),
      ].map(({ name }) => keyOf({ host, name }));
    default:
      return [];
  }
}

const isInstance = (one: ObservedContainer, is: { service: string; release: string; left: number }) =>
  one.role === 'instance' &&
  one.service === is.service &&
  one.release === is.release &&
  replicaOf(one.name, one.service) > is.left;

function isSame(one: Operation, other: Operation): boolean {
  if (one.target !== other.target) return false;
  if (one.name === 'stopComposed') return other.name === 'stopComposed' && one.container === other.container;
  return (
    one.name === 'stopInstances' &&
    other.name === 'stopInstances' &&
    one.service === other.service &&
    one.release === other.release
  );
}

function stopWriter(
  input: EngineInput,
  after: EnvironmentRecord,
  host: string,
  starting: Starting,
  clash: Clash,
): Stop {
  const { writer } = clash;
  const { containers, composed = [] } = observedOn(input.observed, host);
  const why = `uses ${clash.keeping.store}, which ${starting.service.name} of ${starting.release} will write to`;
  const own = writer.own && containers.find(({ name, role }) => name === writer.name && role !== 'kept');
  if (own) return stopOwn(input, host, starting, own, why);
  const made = composed.find(({ name }) => name === writer.name);
  if (!made) throw new Refused(foreign(input.own.words, after, host, starting, clash));
  const before = after.services.find(({ name }) => name === made.service);
  const restart = restartOfComposed(made.restart, before);
  return {
    host,
    name: made.name,
    step: {
      operation: { name: 'stopComposed', target: host, container: made.name },
      undo: { name: 'startComposed', target: host, container: made.name, restart },
    },
    why: describeOutage(starting, made.name, why),
  };
}

function stopOwn(
  input: PlanningInput,
  host: string,
  starting: Starting,
  { name, service, release, role, restart }: ObservedContainer,
  why: string,
): Stop {
  const step =
    role === 'accessory'
      ? setAside(input, { target: host, service, release: starting.release }, restart)
      : stopInstances(input, setOf(input, host, { service, release }));
  return { host, name, step, why: describeOutage(starting, name, why) };
}

function setOf(input: PlanningInput, target: string, set: { service: string; release: string }) {
  const { containers } = observedOn(input.observed, target);
  const replicas = containers
    .filter((one) => isInstance(one, { ...set, left: 0 }))
    .map((one) => one.count ?? replicaOf(one.name, one.service));
  return { target, ...set, count: Math.max(...replicas) };
}

const describeOutage = ({ service, release }: Starting, name: string, why: string) =>
  `${name} ${why}, so it stops first; its data stays. OUTAGE: its users cannot reach it until ${service.name} of ${release} is healthy and has the ` +
  'traffic; if the release goes back, it restarts, with the same outage';

function foreign(words: Words, after: EnvironmentRecord, host: string, { service }: Starting, clash: Clash) {
  const { name, composed } = clash.writer;
  const takeOver =
    composed && composed.project !== after.project
      ? `To take it over, write project: ${composed.project} under environments.${after.name}; otherwise stop it`
      : 'Stop it';
  return {
    kind: 'volume-in-use',
    host,
    service: service.name,
    message: `${describeClash(clash)}. Nothing is started beside it. ${takeOver} (${words.stop(name)}), and release again`,
  };
}
