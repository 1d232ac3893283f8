import type { Retention } from '../ledger/cleaning';
import type { BootstrapStep } from '../inspection';
import { recordRepository } from '../names';
import type { RecordRef, RegistryAccess, ReleaseRequest } from '../release';
import { type Signature, type Statement, stateThat } from './statement';
import { connectionsOf } from '../target';

/** What statements say of the things that they are about: the same words wherever they are signed and checked. */

/** Where a record lies, in a statement. */
export const recordIn = ({ registry, app, digest }: RecordRef): string =>
  `${recordRepository(registry.address, app)}@${digest}`;

/** A release and its record, in a statement. */
export const ofRecord = (record: RecordRef | undefined): { release: string; record: string } => ({
  release: record?.release ?? '',
  record: record ? recordIn(record) : '',
});

/** What a release is started with, in the statement of who starts it. */
export function detailOfStart({ source, images, acceptEmpty, acceptRepository, fresh }: ReleaseRequest): string {
  const { url, commit, folder } = source;
  const given = Object.entries(images ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    source: [url, commit, folder ?? ''],
    ...(given.length > 0 && { images: given }),
    ...(acceptEmpty && { acceptEmpty }),
    ...(acceptRepository && { acceptRepository }),
    ...(fresh && { fresh }),
  });
}

/** A release waits at its gates, so its start is good for so long after it had to arrive. */
const START_STAYS_GOOD_MS = 90 * 86_400_000;

/** Until when a rollout can be carried out with a statement, ISO 8601. */
export function usableUntil({ decision, expires }: Pick<Statement, 'decision' | 'expires'>): string {
  const until = Date.parse(expires) + (decision === 'start' ? START_STAYS_GOOD_MS : 0);
  // Past the last day that there is, it never ends.
  return Number.isNaN(new Date(until).getTime()) ? expires : new Date(until).toISOString();
}

/** The services that may start empty, as the starter has signed it; none in a detail that is no such JSON. */
export function acceptedBy({ detail }: Pick<Statement, 'detail'>): string[] {
  try {
    return (JSON.parse(detail) as { acceptEmpty?: string[] }).acceptEmpty ?? [];
  } catch {
    return [];
  }
}

/** What a request asks for besides the release, in the statement of who asks. */
export function detailOfRequest(request: { acceptEmpty?: string[]; startComposed?: boolean; forget?: string }): string {
  const { acceptEmpty = [], startComposed, forget } = request;
  const said = {
    ...(acceptEmpty.length > 0 && { acceptEmpty }),
    ...(startComposed && { startComposed }),
    ...(forget !== undefined && { forget }),
  };
  return Object.keys(said).length > 0 ? JSON.stringify(said) : '';
}

/** The answer to a step, in the statement of who answers. */
export const detailOfAnswer = ({ step, answer }: { step: string; answer: string }): string =>
  JSON.stringify({ step, answer });

/** What is done to the proxies of hosts, in the statement of who asks for it. */
export const detailOfBootstrap = (steps: BootstrapStep[]): string =>
  JSON.stringify(
    steps.flatMap(({ host, does }) =>
      does === 'none' ? [] : [[host.name, ...connectionsOf(host).map(({ address }) => address), does]],
    ),
  );

/** What stays in the registry, in the statement of who has it cleaned. */
export const detailOfCleaning = ({ keep, ledger, registry }: Retention & { registry?: RegistryAccess }): string =>
  JSON.stringify({ keep, ledger, ...(registry && { registry: registry.address }) });

/** The statement that starts a release. */
export const stateStart = (
  installation: string,
  request: ReleaseRequest,
  { nonce, expires }: Pick<Signature, 'nonce' | 'expires'>,
) => {
  const { app, release, startedBy: by } = request;
  return stateThat({
    installation,
    app,
    release,
    decision: 'start',
    detail: detailOfStart(request),
    by,
    reason: '',
    nonce,
    expires,
  });
};
