import type { EnvironmentState } from '../../src/model/environment/environment';
import type { Inspection, Inspections } from '../../src/model/inspection';
import { compareWithHosts } from '../../src/model/environment/recovery';
import type { RecordRef } from '../../src/model/release';
import { long, short, toFailure } from '../shared/activities';
import { headsOf } from './verify';

/** What Temporal does not know any more, by the ledger and the hosts; nothing is changed. */
export async function findLost({
  app,
  registry,
}: Inspections['recover']['asks']): Promise<Inspections['recover']['finds']> {
  const all = await long.rebuildEnvironments({ app, registry });
  const asked = await Promise.all(
    all.map(async (state) => ({ state, isKnown: (await short.readEnvironment(state)) !== undefined })),
  );
  const lost = asked.flatMap(({ state, isKnown }) => (isKnown ? [] : [state]));
  const seen = await Promise.all(lost.map(lookAt));
  const heads = seen.flatMap(({ state, found }) => headsOf(state, found));
  return {
    environments: seen.map(({ state, found, records }) => compareWithHosts(state, found, records)),
    known: asked.flatMap(({ state, isKnown }) => (isKnown ? [state.environment] : [])),
    ledger: await long.verifyLedger({ app, registry, heads }),
  };
}

/** What runs there, and the records of the releases among it that were not committed. */
async function lookAt(
  state: EnvironmentState,
): Promise<{ state: EnvironmentState; found: Inspection; records: RecordRef[] }> {
  const { app, environment, current, committed } = state;
  const found = await short.inspectEnvironment({ app, environment, record: current?.record });
  const releases = [...found.services, ...found.routes].flatMap(({ release }) => release || []);
  const unknown = [...new Set(releases)].filter((release) => !committed.some((one) => one.release === release));
  const records = await Promise.all(
    unknown.map((release) =>
      short.findRelease({ app, release, registry: current?.record.registry }).catch((error: unknown) => {
        if (toFailure(error).kind === 'no-record') return undefined;
        throw error;
      }),
    ),
  );
  return { state, found, records: records.filter((record) => record !== undefined) };
}
