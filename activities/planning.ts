import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApplicationFailure } from '@temporalio/common';
import type { EnvironmentRecord, ReleaseRecord } from '../src/manifest/record';
import { type Failure, PERMANENT } from '../src/model/failure';
import { environmentNetwork, type Place, projectName } from '../src/model/names';
import type { RecordRef } from '../src/model/release';
import type { Observed } from '../src/model/observed';
import { describeSource } from '../src/model/secret';
import { homeless } from '../src/plan/exclude';
import { Refused } from '../src/plan/planning';
import { type PackedPlan, packPlan } from '../src/plan/pack';
import { planRollout } from '../src/plan/planRollout';
import { failureIn, permanent } from './drivers/errors';
import { entryPointsOf } from './drivers/proxy/container';
import { currentWatch } from './heartbeat';
import type { RolloutDeps } from './rollout/context';
import { observe } from './rollout/observe';
import { hashSpec, inOrder } from './rollout/spec';
import { hashSecrets, secretsWithin } from './secret-hashes';
import { SecretReader } from './secrets';
import type { Activities, Planned, PlanInput, Unreached } from './types';

/** What is observed and what is recorded go in, a plan and its hash come out; nothing is changed. */
export function createPlanningActivities(deps: RolloutDeps): Pick<Activities, 'planRollout' | 'checkOperator'> {
  const load = async (ref: RecordRef | undefined) => ref && (await deps.loadRecord(ref));
  return {
    async planRollout(input) {
      const { record, current, left } = input;
      return await plan(deps, input, await load(record), await load(current), await load(left));
    },
    async checkOperator({ record, environment, by }) {
      const operators = environmentIn(await deps.loadRecord(record), environment)?.operators ?? [];
      if (operators.length > 0 && !operators.includes(by))
        throw permanent({
          kind: 'not-an-operator',
          message: `${by} is not among the operators of ${environment}: ${operators.join(', ')}. Ask one of them`,
        });
    },
  };
}

async function plan(
  deps: RolloutDeps,
  { app, environment, kind, record, startComposed, keep, ran, excluded = [], asks = false }: PlanInput,
  wanted: ReleaseRecord | undefined,
  current: ReleaseRecord | undefined,
  left: ReleaseRecord | undefined,
): Promise<Planned<PackedPlan> | Unreached> {
  const records = [wanted, current, left].map((one) => one && environmentIn(one, environment));
  const hosts = new Map(records.flatMap((record) => record?.hosts ?? []).map((host) => [host.name, host]));
  const place: Place = { installation: deps.settings.installation, app, environment };
  const [after, before] = records;
  const secrets = after ? await readSecrets(deps, place, after) : { hashes: {}, lacking: [] };
  if (after && secrets.lacking.length > 0) return { refused: unreadable(after, secrets.lacking) };
  const project = records.find((record) => record)?.project ?? projectName(app, environment);
  // Neither a host that is left out need answer, nor one that the wanted release has no more.
  const dispensable = [
    ...excluded,
    ...[...hosts.keys()].filter((name) => after && !after.hosts.some((one) => one.name === name)),
  ];
  const look = () => observe(deps, place, [...hosts.values()], project, dispensable);
  const operators = (before ?? after)?.operators ?? [];
  const observed = asks ? await lookPatiently(look) : await look();
  if ('unreached' in observed) {
    const others = after?.hosts.filter(({ name }) => name !== observed.host && !excluded.includes(name)) ?? [];
    const canDoWithout = after !== undefined && others.length > 0 && homeless(after, others).length === 0;
    return { ...observed, canDoWithout, operators };
  }
  try {
    const accessories = after?.services.filter((service) => service.kind === 'accessory') ?? [];
    const planned = planRollout({
      app,
      environment,
      kind,
      wanted,
      current,
      left,
      startComposed,
      observed,
      excluded,
      home: environmentNetwork(place),
      proxyHttp: deps.settings.proxyHttp,
      accessorySpecs: Object.fromEntries(accessories.map((service) => [service.name, hashSpec(service)])),
      secrets: { now: secrets.hashes, ran },
      entryPoints: entryPointsOf({ https: deps.settings.proxyHttps }),
      keepImages: await imagesOf(deps, environment, kept(keep, record, after?.retention)),
    });
    const counters = Object.values(observed.hosts).map(({ routes }) => routes?.counter ?? 0);
    return {
      plan: packPlan(planned),
      hash: hashPlan(planned),
      counter: Math.max(0, ...counters),
      secrets: secrets.hashes,
      operators,
      next: after?.operators ?? [],
    };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.failure };
    throw error;
  }
}

/** How long a host that does not answer is waited for before people are asked about it. */
const PATIENCE_MS = 20_000;

/** What is found, or the host that does not answer, and not only for a moment: its engine may be starting. */
async function lookPatiently(look: () => Promise<Observed>): Promise<Observed | Pick<Unreached, 'unreached' | 'host'>> {
  const { signal, onProgress } = currentWatch();
  for (const until = Date.now() + PATIENCE_MS; ; await pause(1_000, undefined, { signal })) {
    try {
      return await look();
    } catch (error) {
      const failure = failureIn(error);
      if (!failure?.host) throw error;
      onProgress?.(failure.message);
      if ((error as ApplicationFailure).type === PERMANENT || Date.now() > until)
        return { unreached: failure, host: failure.host };
    }
  }
}

/** Everything that the containers will need, from where it is kept now: what is missing is found before anything is touched. */
function readSecrets({ settings }: RolloutDeps, place: Place, environment: EnvironmentRecord) {
  const { secrets: sources, variables: _, ...used } = environment;
  return hashSecrets(settings, place, secretsWithin(used), sources, new SecretReader(process.env, true));
}

function unreadable({ name, secrets }: EnvironmentRecord, lacking: { name: string; why: string }[]): Failure {
  const one = ({ name: secret, why }: { name: string; why: string }) =>
    `${secret}${secrets[secret] ? ` (${describeSource(secrets[secret])})` : ''}: ${why}`;
  const count = lacking.length === 1 ? 'a secret' : `${lacking.length} secrets`;
  return {
    kind: 'no-secret',
    message: [`${count} of ${name} cannot be read, so nothing was touched`, ...lacking.map(one)].join('\n'),
  };
}

/** The release that is wanted, and as many earlier ones as can be gone back to from there. */
function kept(keep: RecordRef[], wanted: RecordRef | undefined, retention = keep.length): RecordRef[] {
  const earlier = keep.filter(({ release }) => release !== wanted?.release);
  return [...(wanted ? [wanted] : []), ...earlier.slice(0, retention)];
}

/** Twelve digits: what people compare and approve. */
const hashPlan = (plan: unknown) => createHash('sha256').update(inOrder(plan)).digest('hex').slice(0, 12);

async function imagesOf(deps: RolloutDeps, environment: string, keep: RecordRef[]): Promise<string[]> {
  const records = await Promise.all(keep.map((ref) => deps.loadRecord(ref)));
  const images = records
    .flatMap((record) => environmentIn(record, environment)?.services ?? [])
    .map(({ image }) => image);
  return [...new Set(images)].sort();
}

const environmentIn = (record: ReleaseRecord, name: string): EnvironmentRecord | undefined =>
  record.environments.find((environment) => environment.name === name);
