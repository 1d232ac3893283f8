import type { Inspection } from '../../src/model/inspection';
import type { EnvironmentState } from '../../src/model/environment/environment';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import type { Line } from './terminal/line';
import { table } from './terminal/table';
import { ago } from './terminal/time';
import { wordsFor } from '../../src/model/host/target-words';
import { waitingLines } from './waiting';

interface DeployedState {
  environment: string;
  state: EnvironmentState | undefined;
}

/** The state of every environment, then the releases in progress and what they wait for. */
export function statusLines(app: string, places: DeployedState[], open: ReleaseProgress[], now: number): Line[] {
  const rows = places.map((place) => environmentRow(place, now));
  const text = table(['environment', 'release', 'since', 'by', 'state'], rows);
  return [
    { depth: 0, text: app, tone: 'title' },
    ...(places.length > 0 ? text : ['no manifest here: name an environment to see it']).map((line): Line => ({
      depth: 0,
      text: line,
    })),
    ...places.flatMap(({ environment, state }) =>
      (state?.besides ?? []).map((text): Line => ({ depth: 0, text: `! ${environment}, ${text}` })),
    ),
    ...(open.length > 0
      ? [
          { depth: 0, text: '' },
          { depth: 0, text: 'In progress', tone: 'title' as const },
        ]
      : []),
    ...open.flatMap((progress) => openLines(progress, now)),
  ];
}

function environmentRow({ environment, state }: DeployedState, now: number): string[] {
  if (!state) return [environment, '-', '', '', 'nothing released yet'];
  const { current } = state;
  return [environment, current?.release ?? '-', current ? ago(current.at, now) : '', current?.by ?? '', stateOf(state)];
}

/** All that is true of an environment, worst first. */
export function stateOf({ running, queue, frozen, interrupted, current, excluded = [] }: EnvironmentState): string {
  const words = [
    interrupted && `INTERRUPTED: ${interrupted}`,
    frozen && `frozen by ${frozen.by}: ${frozen.reason}`,
    ...excluded.map(({ host, by, reason }) => `${host} excluded by ${by}: ${reason}`),
    running && `${running.kind} to ${running.record?.release ?? 'nothing'} in progress`,
    queue.length > 0 &&
      `${queue.length} waiting (${queue.map((request) => request.record?.release ?? 'nothing').join(', ')})`,
  ];
  return words.filter(Boolean).join('; ') || (current ? 'ok' : 'nothing released yet');
}

function openLines(progress: ReleaseProgress, now: number): Line[] {
  const { release, startedBy, stages, waitingFor } = progress;
  const at = stages.at(-1);
  const since = stages[0] ? ago(new Date(stages[0].startedAt).toISOString(), now) : 'just now';
  return [
    {
      depth: 0,
      mark: waitingFor ? 'asking' : 'running',
      text: release,
      detail: `at ${at?.name ?? 'the start'}, started ${since} by ${startedBy}`,
    },
    ...(waitingFor ? waitingLines(progress, waitingFor, 1) : []),
  ];
}

/** What the targets run, and how it differs from the record. */
export function inspectionLines(inspection: Inspection, now: number): string[] {
  const { app, environment, kind, services, routes, drift, unreached, unread } = inspection;
  const words = wordsFor([kind]);
  const there = unreached.length > 0 ? ` on the ${words.several} that answered` : '';
  const served = (host: string) => routes.find((route) => route.host === host)?.release;
  const rows = services.map((one) => [
    one.node ?? one.host,
    one.service,
    one.release,
    digestOf(one.image),
    one.state,
    one.health,
    one.startedAt ? ago(one.startedAt, now) : '',
    one.restarts > 0 ? String(one.restarts) : '',
    one.container,
  ]);
  return [
    `${app} ${environment}`,
    ...(rows.length > 0
      ? table([words.runsOn, 'service', 'release', 'digest', 'state', 'health', 'since', 'restarts', 'container'], rows)
      : [`nothing runs${there}`]),
    ...[...new Set(routes.map(({ host }) => host))].map(
      (host) => `requests on ${host} go to ${served(host) ?? 'nothing'}`,
    ),
    ...(drift.length > 0
      ? ['differs from the record:', ...drift.map((text) => `  ${text}`)]
      : [`matches the record${there}`]),
    ...unreached.map(({ host, why }) => `cannot reach ${host}, so its state is unknown: ${why}`),
    ...(unread === undefined ? [] : [`cannot read the ledger, so changes to it are unknown: ${unread}`]),
  ];
}

/** Twelve digits are enough to compare. */
const digestOf = (image: string): string => /@sha256:([0-9a-f]{12})/.exec(image)?.[1] ?? image;
