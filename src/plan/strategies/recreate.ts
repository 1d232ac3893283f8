import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase, Step } from '../../model/plan';
import type { PlanningInput } from '../planning';
import { filled } from '../batches';
import { soak } from '../soak';
import { plannerOf } from '../targets';

/**
 * Everything old stops, then everything new starts: for what two releases cannot share, such as a volume or a host
 * port. Commands run in between, because the old release must not see their changes. The undo is the mirror.
 */
export function planRecreate(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const release = input.wanted?.release ?? '';
  const planner = plannerOf(after);
  return [
    {
      name: 'prepare',
      batches: filled([...planner.prepare(input, after, release)]),
    },
    {
      name: 'switch',
      batches: filled([
        closeRoutes(input, after),
        ...planner.stopOld(input, release),
        ...planner.runBefore(input, after, release),
        ...planner.startReleased(input, after, release),
        ...planner.startBackground(input, after, release),
        openRoutes(input, after, release),
      ]),
    },
    { name: 'soak', batches: filled([soak(after, release)]) },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: planner.retire(input, after, release) },
  ];
}

function closeRoutes(input: PlanningInput, after: EnvironmentRecord): Step[] {
  const { current, wanted } = input;
  if (!current || current.release === wanted?.release) return [];
  const leave = plannerOf(after).switchAll(input, after, wanted?.release ?? '');
  return leave.flatMap(({ undo }): Step[] =>
    undo?.name === 'switchRoutes' && undo.release === current.release
      ? [{ operation: { ...undo, closed: true }, undo }]
      : [],
  );
}

function openRoutes(input: PlanningInput, after: EnvironmentRecord, release: string): Step[] {
  const closed = closeRoutes(input, after);
  return plannerOf(after)
    .switchAll(input, after, release)
    .map((step) => {
      const close = closed.find(({ operation }) => operation.target === step.operation.target);
      return close ? { ...step, undo: close.operation } : step;
    });
}

/** Which addresses are down, from the first stop until all routes lead to the new release. */
export function warnOfOutage(input: PlanningInput, after: EnvironmentRecord): string[] {
  const stopped = plannerOf(after).stopOld(input, input.wanted?.release).flat();
  const names = [...new Set(stopped.flatMap(({ operation }) => ('service' in operation ? operation.service : [])))];
  if (names.length === 0) return [];
  const addresses = [...new Set(after.routes.map(({ host, path }) => `${host}${path === '/' ? '' : path}`))];
  const reached = addresses.length > 0 ? `: requests to ${addresses.join(', ')} get 503` : '';
  return [
    `recreate is an outage${reached} from when ${names.sort().join(', ')} of ${input.current?.release ?? 'before'} ` +
      `${names.length > 1 ? 'are' : 'is'} stopped until ${input.wanted?.release} is healthy, and as long again if it goes back`,
  ];
}
