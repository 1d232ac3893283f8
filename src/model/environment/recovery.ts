import { type Committed, type EnvironmentState, MOST_RETAINED } from './environment';
import type { Inspection } from '../inspection';
import type { LedgerEntry } from '../ledger/ledger';
import type { Rebuilt } from './rebuilt';
import type { RecordRef } from '../release';

/** Why an environment that was rebuilt is taken to its recorded release before anything else. */
const LOST = 'Temporal’s data was lost while something else ran there, too';

/** The releases that were committed, newest first, each once, and none from before the environment was left to compose. */
export function committedIn(entries: LedgerEntry[]): (Omit<Committed, 'record'> & { digest?: string })[] {
  const found = new Map<string, Omit<Committed, 'record'> & { digest?: string }>();
  for (const entry of entries) {
    if (!hasCommitted(entry)) continue;
    const { release, at, by, secrets, on, seal } = entry;
    if (release === undefined || on === '') break;
    if (!found.has(release)) found.set(release, { release, at, by, secrets, digest: seal && on });
  }
  return [...found.values()].slice(0, MOST_RETAINED + 1);
}

const hasCommitted = ({ kind, on, what }: LedgerEntry) =>
  kind === 'rollout-ended' && (on !== undefined || /^on \S+, was on /.test(what));

/** The state of an environment by its entries, newest first, and the records of what it was on. */
export function rebuild(
  { app, environment }: { app: string; environment: string },
  entries: LedgerEntry[],
  { committed, operators, ledger }: { committed: Committed[]; operators: string[]; ledger?: string },
): EnvironmentState {
  const held = entries.find(({ kind }) => kind === 'frozen' || kind === 'thawed');
  const ended = entries.find(({ kind }) => kind === 'rollout-ended' || kind === 'interrupted');
  return {
    app,
    environment,
    current: committed[0],
    committed,
    queue: [],
    counter: 0,
    operators,
    ledger,
    ...(held?.kind === 'frozen' && { frozen: { by: held.by, reason: held.reason ?? '', at: held.at } }),
    ...(ended?.kind === 'interrupted' && { interrupted: ended.what }),
  };
}

/** What runs, against what the ledger says. `records` are those of releases that run and were not committed there. */
export function compareWithHosts(
  state: EnvironmentState,
  { services, routes, unreached }: Pick<Inspection, 'services' | 'routes' | 'unreached'>,
  records: RecordRef[],
): Rebuilt {
  const notes = unreached.map(
    ({ host, why }) => `${host} was not reached, so what runs there was not compared: ${why}`,
  );
  const { current } = state;
  const instances = services.filter(({ role, state: is }) => role === 'instance' && is === 'running');
  const served = [...new Set(routes.flatMap(({ release }) => release ?? []))];
  const running = [...new Set(instances.map(({ release }) => release))];
  const others = [...new Set([...served, ...running])].filter((release) => release !== current?.release);
  if (others.length === 0) return { state, notes };
  const known = (release: string): Committed[] => {
    const record = records.find((one) => one.release === release);
    const at = instances.find((one) => one.release === release)?.startedAt ?? '';
    const before = state.committed.find((one) => one.release === release);
    return before ? [before] : record ? [{ release, record, at, by: 'windlass' }] : [];
  };
  const found = others.flatMap(known);
  const strangers = others.filter((release) => !found.some((one) => one.release === release));
  const unknown = strangers.map((release) => `${release} runs there, and the registry has no record of it`);
  const isServed = current && running.includes(current.release) && served.every((one) => one === current.release);
  if (isServed)
    return { state: { ...state, interrupted: LOST, left: found[0]?.record }, notes: [...notes, ...unknown] };
  return { state, notes: [...notes, ...unknown], choices: [...(current ? [current] : []), ...found] };
}

/** What a person has said that it is on. Whatever else was a choice is taken away before anything else. */
export function choose({ state, choices = [] }: Rebuilt, release: string): EnvironmentState | undefined {
  const chosen = choices.find((one) => one.release === release);
  if (!chosen) return undefined;
  const others = state.committed.filter((one) => one.release !== release);
  const left = choices.find((one) => one.release !== release)?.record;
  return {
    ...state,
    current: chosen,
    committed: [chosen, ...others].slice(0, MOST_RETAINED + 1),
    ...(left && { interrupted: LOST, left }),
  };
}
