import type { EnvironmentRecord } from '../manifest/record';
import type { Operation, Phase, Step } from '../model/plan';
import { observedOn, type PlanningInput } from './planning';
import { filled } from './steps';

/** What strategies have in common by which two releases answer for a while. */

/**
 * Is there a release to go from, step by step? A first release has none, and going back is no time for steps: then all
 * traffic goes at once.
 */
export const goesGradually = ({ kind, current, wanted }: PlanningInput) =>
  kind === 'release' && current !== undefined && current.release !== wanted?.release;

/** Does the recorded release answer on this host? Not on one that was left out before, and comes back. */
export const answersOn = ({ current, observed }: PlanningInput, host: string) =>
  current !== undefined && observedOn(observed, host).routes?.release === current.release;

/** The recorded configuration of the environment. */
export const recorded = ({ current, environment }: PlanningInput): EnvironmentRecord | undefined =>
  current?.environments.find((one) => one.name === environment);

type Switch = Extract<Operation, { name: 'switchRoutes' }>;
/** What goes before the whole switch: a batch of its own, or what becomes of the routes of some hosts. */
export type OnTheWay = Step[] | { hosts: string[]; route(host: string, whole: Switch): Switch };

/**
 * The phases of a switch at once, with a way that leads there: the undo of each switch of routes is the one before it.
 * Hosts on which the recorded release does not answer, or the new one will not, switch at the end of it.
 */
export function onTheWay(input: PlanningInput, phases: Phase[], way: OnTheWay[]): Phase[] {
  const whole = phases.find(({ name }) => name === 'switch')?.batches ?? [];
  const switches = new Map(whole.flat().flatMap((step) => (isMove(step) ? [[step.operation.host, step]] : [])));
  const before = new Map([...switches].map(([host, { undo }]) => [host, undo]));
  const move = (host: string, operation: Switch): Step[] => {
    const undo = before.get(host);
    before.set(host, operation);
    return JSON.stringify(undo) === JSON.stringify(operation) ? [] : [{ operation, undo }];
  };
  const batches = way.map((part) =>
    Array.isArray(part)
      ? part
      : part.hosts.flatMap((host) => {
          const step = switches.get(host);
          return step && answersOn(input, host) ? move(host, part.route(host, step.operation)) : [];
        }),
  );
  const last = whole.map((batch) =>
    batch.flatMap((step) => (isMove(step) ? move(step.operation.host, step.operation) : [step])),
  );
  return phases.map((phase) =>
    phase.name === 'switch' ? { ...phase, batches: filled([...batches, ...last]) } : phase,
  );
}

/** Does it move traffic from one release to another? */
const isMove = (step: Step): step is Step & { operation: Switch; undo: Switch } =>
  step.operation.name === 'switchRoutes' &&
  step.operation.release !== undefined &&
  step.undo?.name === 'switchRoutes' &&
  step.undo.release !== undefined;
