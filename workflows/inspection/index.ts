import { ApplicationFailure } from '@temporalio/workflow';
import type { ReleaseComparison } from '../../src/model/container/difference';
import type { RegistryAccess } from '../../src/model/release';
import { type Committed, type EnvironmentState, secretsThatRan } from '../../src/model/environment/environment';
import type { InspectionInput, InspectionKind, Inspections } from '../../src/model/inspection';
import { long, short } from '../shared/activities';
import { findLost } from './recover';
import { addLedger, verifyLedger } from './verify';
import { hostsLeftOut, planEject, planRelease } from '../shared/planning';

type Inspect<K extends InspectionKind> = (asks: Inspections[K]['asks']) => Promise<Inspections[K]['finds']>;

/** The activity that answers each kind of inspection. */
const INSPECT: { [K in InspectionKind]: Inspect<K> } = {
  async observe(asks) {
    const state = await short.readEnvironment(asks);
    return await addLedger(state, await look(asks, state));
  },
  async plan(asks) {
    const state = await short.readEnvironment(asks);
    return await planRelease({ ...asks, record: await findRelease(asks, state) }, state);
  },
  async manifests(asks) {
    const { app, environment } = asks;
    const record = await findRelease(asks, await short.readEnvironment(asks));
    return await short.describeManifests({ app, environment, record });
  },
  async eject(asks) {
    const state = await short.readEnvironment(asks);
    requireCurrent(asks, state);
    return await planEject(asks, state);
  },
  ledger: async (asks) => await short.readLedger(asks),
  async logs({ release, ...asks }) {
    const state = await short.readEnvironment(asks);
    if (release === undefined) return await short.readLogs({ ...asks, record: requireCurrent(asks, state).record });
    return await short.readLogs({ ...asks, record: await findRelease({ ...asks, release }, state), kept: true });
  },
  verify: verifyLedger,
  recover: findLost,
  clean: async (asks) => await long.planCleaning(asks),
  diff: compareReleases,
  parity: compareEnvironments,
  check: async ({ request }) => await long.checkSource(request),
  bootstrap: async (asks) => await long.planBootstrap(asks),
  async addresses({ app, environments }) {
    const found = await Promise.all(
      environments.map(async (environment) => {
        const record = (await short.readEnvironment({ app, environment }))?.current?.record;
        return record ? [{ environment, urls: await short.readAddresses({ environment, record }) }] : [];
      }),
    );
    return found.flat();
  },
  trust: async ({ host }) => await short.readHostKey({ host }),
  signing: async ({ app, environment }) => await short.readSigning({ app, environment }),
};

/** Inspects something without changing it. */
export async function inspection<K extends InspectionKind>(
  input: InspectionInput<K>,
): Promise<Inspections[K]['finds']> {
  if (!Object.hasOwn(INSPECT, input.kind)) throw unknown(`there is no inspection ${input.kind}`);
  try {
    return await INSPECT[input.kind](input);
  } catch (error) {
    // A task that fails is tried again and again; nothing but the input can be wrong here.
    throw error instanceof TypeError ? unknown(`what the inspection ${input.kind} asks cannot be read`) : error;
  }
}

const unknown = (message: string) =>
  ApplicationFailure.nonRetryable(`${message}. Use windlass's own commands`, 'Refused');

const look = (of: { app: string; environment: string }, state: EnvironmentState | undefined) =>
  short.inspectEnvironment({ ...of, record: state?.current?.record, excluded: hostsLeftOut(state) });

/** The record of a release, from the registry that the environment's current one is in where none is named. */
const findRelease = (
  { registry, ...of }: { app: string; release: string; registry?: RegistryAccess },
  state: EnvironmentState | undefined,
) => short.findRelease({ ...of, registry: registry ?? state?.current?.record.registry });

/** Of the current release, or of a named one. */
async function compareReleases(input: Inspections['diff']['asks']): Promise<ReleaseComparison> {
  const { app, environment, before, after } = input;
  const state = await short.readEnvironment(input);
  // A committed release is known by its record; a restarted release may have another one by now.
  const find = async (release: string) =>
    state?.committed.find((one) => one.release === release)?.record ??
    (await findRelease({ app, release, registry: input.registry }, state));
  const [from, to] = [before === undefined ? state?.current?.record : await find(before), await find(after)];
  return await short.compareReleases({ app, environment, before: from, after: to, ran: secretsThatRan(state) });
}

async function compareEnvironments({ app, environment, other }: Inspections['parity']['asks']) {
  const sides = await Promise.all(
    [environment, other].map(async (name) => {
      const state = await short.readEnvironment({ app, environment: name });
      const { record } = requireCurrent({ app, environment: name }, state);
      return { environment: name, record, excluded: hostsLeftOut(state) };
    }),
  );
  const found = await Promise.all(sides.map((side) => short.inspectEnvironment({ app, ...side })));
  const [first, second] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const drift = found.flatMap(({ environment: name, drift: lines, unreached }) => [
    ...lines.map((line) => `${name}: ${line}`),
    ...unreached.map(({ host, why }) => `${name}: cannot reach ${host}, so its state is unknown: ${why}`),
  ]);
  return { app, ...(await short.compareEnvironments({ first, second })), drift };
}

function requireCurrent(of: { app: string; environment: string }, state: EnvironmentState | undefined): Committed {
  if (state?.current) return state.current;
  throw ApplicationFailure.nonRetryable(`${of.app} ${of.environment}: nothing is released yet`, 'Refused');
}
