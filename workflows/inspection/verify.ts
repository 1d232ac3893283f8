import type { EnvironmentState } from '../../src/model/environment/environment';
import type { Inspection, Inspections } from '../../src/model/inspection';
import type { KnownHead } from '../../src/model/ledger/chain';
import { long, short, toFailure } from '../shared/activities';
import { hostsLeftOut } from '../shared/planning';

/** `status` looks at so many of the newest entries, which is quick; `history --verify` at all. */
const NEWEST = 20;

/** Adds to what was observed whether the ledger still says what the environment and its containers have seen in it. */
export async function addLedger(state: EnvironmentState | undefined, found: Inspection): Promise<Inspection> {
  const registry = state?.current?.record.registry;
  if (!registry) return found;
  const input = { app: found.app, registry, heads: headsOf(state, found), newest: NEWEST };
  try {
    const { breaks } = await short.verifyLedger.executeWithOptions({ retry: { maximumAttempts: 1 } }, [input]);
    return {
      ...found,
      drift: [...found.drift, ...breaks.map(({ kind, tag, what }) => `ledger: ${kind}: ${tag} ${what}`)],
    };
  } catch (error) {
    return { ...found, unread: toFailure(error).message };
  }
}

/** The whole chain, and what the environments and their hosts remember of it. */
export async function verifyLedger(asks: Inspections['verify']['asks']): Promise<Inspections['verify']['finds']> {
  const { app, environments, registry } = asks;
  const sides = await Promise.all(
    environments.map(async (environment) => {
      const state = await short.readEnvironment({ app, environment });
      const seen = { record: state?.current?.record, excluded: hostsLeftOut(state) };
      return { state, found: await short.inspectEnvironment({ app, environment, ...seen }) };
    }),
  );
  const report = await long.verifyLedger({
    app,
    registry: registry ?? sides.find(({ state }) => state?.current)?.state?.current?.record.registry,
    heads: sides.flatMap(({ state, found }) => headsOf(state, found)),
  });
  return { ...report, unreached: [...new Set(sides.flatMap(({ found }) => found.unreached.map(({ host }) => host)))] };
}

/** What an environment and its containers have seen in the ledger. */
export const headsOf = (state: EnvironmentState | undefined, { environment, services }: Inspection): KnownHead[] => [
  ...(state?.ledger ? [{ head: state.ledger, where: `the state of ${environment}` }] : []),
  ...services.flatMap(({ ledger, container, host }) =>
    ledger ? [{ head: ledger, where: `the container ${container} on ${host}` }] : [],
  ),
];
