import type { EnvironmentRecord } from '../../manifest/record';
import type { Phase, Step } from '../../model/plan';
import { discardFormer, prepareAccessories } from '../accessories';
import type { PlanningInput } from '../planning';
import * as steps from '../steps';
import { stopOld } from '../stopOld';

/**
 * Everything old stops, then everything new starts: for what two releases cannot have at once, as a volume or a port of
 * the host. Commands run in between, for the old release must not work on what they change. The undo is the mirror.
 */
export function planRecreate(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const release = input.wanted?.release ?? '';
  return [
    {
      name: 'prepare',
      batches: steps.filled([
        ...steps.fetchAndConnect(input, after, release),
        ...prepareAccessories(input, after, release),
      ]),
    },
    {
      name: 'switch',
      batches: steps.filled([
        closeRoutes(input, after),
        ...stopOld(input, release),
        ...steps.runBefore(input, after, release),
        ...steps.startReleased(input, after, release),
        ...steps.startBackground(input, after, release),
        openRoutes(input, after, release),
      ]),
    },
    { name: 'soak', batches: steps.filled([steps.soak(after, release)]) },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: [...discardFormer(input, after, release), ...steps.retire(input, release)] },
  ];
}

/** No request comes in while the old instances end what they are at: that is shorter than to stop them under load. */
function closeRoutes(input: PlanningInput, after: EnvironmentRecord): Step[] {
  const { current, wanted } = input;
  if (!current || current.release === wanted?.release) return [];
  const leave = steps.switchAll(input, after, wanted?.release ?? '');
  return leave.flatMap(({ undo }): Step[] =>
    undo?.name === 'switchRoutes' && undo.release === current.release
      ? [{ operation: { ...undo, closed: true }, undo }]
      : [],
  );
}

/** The undo closes the routes again, until what they led to is back. */
function openRoutes(input: PlanningInput, after: EnvironmentRecord, release: string): Step[] {
  const closed = closeRoutes(input, after);
  return steps.switchAll(input, after, release).map((step) => {
    const close = closed.find(({ operation }) => operation.host === step.operation.host);
    return close ? { ...step, undo: close.operation } : step;
  });
}

/** Who is not reached, and for how long: from the first stop until all routes lead to the new release. */
export function warnOfOutage(input: PlanningInput, after: EnvironmentRecord): string[] {
  const stopped = stopOld(input, input.wanted?.release).flat();
  const names = [...new Set(stopped.flatMap(({ operation }) => ('service' in operation ? operation.service : [])))];
  if (names.length === 0) return [];
  const addresses = [...new Set(after.routes.map(({ host, path }) => `${host}${path === '/' ? '' : path}`))];
  const reached = addresses.length > 0 ? `: requests to ${addresses.join(', ')} are answered with 503` : '';
  return [
    `recreate is an outage${reached} from when ${names.sort().join(', ')} of ${input.current?.release ?? 'before'} ` +
      `${names.length > 1 ? 'are' : 'is'} stopped until ${input.wanted?.release} is healthy, and as long again should it go back`,
  ];
}
