import { createHash } from 'node:crypto';
import { findEnvironment } from '../../src/model/environment/find';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { HandOver } from '../../src/model/environment/hand-over';
import type { Observed } from '../../src/model/observed';
import { refuseOperator } from '../../src/model/approval/operators';
import type { SecretHashes } from '../../src/model/container/secret';
import { packPlan, type PackedPlan } from '../../src/plan/pack';
import { planRollout } from '../../src/plan/plan-rollout';
import { Refused, type PlanningInput } from '../../src/plan/planning';
import { plannerFor } from '../../src/plan/targets';
import { inOrder } from '../canonical-json';
import { checkSigned } from '../decisions';
import { demandProof, type PlanningDeps } from '../decisions/demand';
import { signingOf, termsOf } from '../decisions/terms';
import { permanent } from '../drivers/errors';
import { readPolicy } from '../policy';
import { refuseRecorded } from '../policy/allowed';
import { findGates, findOperators } from '../policy/gates';
import { readLineChanges } from '../records/line-changes';
import { inContext } from '../rollout/context';
import { driverOf } from '../targets/driver';
import type { Activities, PlanInput, Unreached } from '../types';
import type { Planned } from '../../src/model/inspection';
import { ageOf } from './age';
import { imagesToKeep } from './images';
import { describeManifests } from './manifests';
import { observeTargets } from './observe-targets';
import { readSecrets } from './secrets';
import { loadSubject, type Subject } from './subject';

/** Observes, reads the records, and returns a plan with its hash; changes nothing. */
export function createPlanningActivities(
  deps: PlanningDeps,
): Pick<Activities, 'planRollout' | 'describeManifests' | 'checkOperator'> {
  return {
    planRollout: (input) => plan(deps, input),
    describeManifests: (input) => describeManifests(deps, input),
    async checkOperator({ record, environment, by, statement, signed }) {
      const listed = findEnvironment(await deps.loadRecord(record), environment)?.operators ?? [];
      const policy = (await readPolicy())?.policy;
      const operators = findOperators(policy, { app: record.app, environment }, listed);
      const message = refuseOperator(by, operators, `of ${environment}`);
      if (message !== undefined) throw permanent({ kind: 'not-an-operator', message });
      return checkSigned(policy, { ...statement, installation: deps.settings.installation }, signed);
    },
  };
}

async function plan(deps: PlanningDeps, input: PlanInput): Promise<Planned<PackedPlan> | Unreached> {
  const subject = await loadSubject(deps, input);
  const { place, policy, wanted, before, after } = subject;
  const notAllowed =
    after && input.forget === undefined && refuseRecorded(subject.inForce, place, wanted!.source, after);
  if (notAllowed) return { refused: notAllowed };
  const secrets = await readSecrets(deps, subject);
  if ('refused' in secrets) return secrets;
  const observed = await observeTargets(deps, subject);
  if ('unreached' in observed)
    return { ...observed, operators: findOperators(policy, place, (before ?? after)?.operators ?? []) };
  try {
    return await decide(deps, subject, observed, secrets.hashes);
  } catch (error) {
    if (error instanceof Refused) return { refused: error.failure };
    throw error;
  }
}

async function decide(
  deps: PlanningDeps,
  subject: Subject,
  observed: Observed,
  secrets: SecretHashes,
): Promise<Planned<PackedPlan>> {
  const { input, place, policy, before, after } = subject;
  const { kind, proof } = input;
  const given = await gather(deps, subject, observed, secrets);
  const { gates, others } =
    kind === 'release' ? await findGates(policy, deps, { ...place, before, after }) : { gates: [], others: [] };
  const planned = planRollout({ ...given, gates: others, hasPolicy: policy !== undefined });
  const hash = hashPlan(planned);
  const operators = findOperators(policy, place, (before ?? after)?.operators ?? []);
  const terms = termsOf(policy, place.app, place.environment);
  const unproved = proof && terms && (await demandProof(deps, terms, { ...input, proof }, { hash, gates, operators }));
  const counters = Object.values(observed.targets).map(({ routes }) => routes?.counter ?? 0);
  return {
    plan: packPlan(unproved ? { ...planned, phases: [] } : planned),
    hash,
    counter: Math.max(0, ...counters),
    secrets,
    operators,
    next: findOperators(policy, place, after?.operators ?? []),
    ...(kind === 'release' && { gates }),
    ...(terms && { signing: signingOf(terms) }),
    ...(unproved && { unproved }),
    ...(kind === 'eject' && before && { handOver: await handOver(deps, subject, before) }),
    besides: after ? plannerFor(given).describeLeftovers(given, after, planned.phases) : [],
  };
}

/** What people go on with; an environment's targets are of one kind, and the first tells for all. */
async function handOver(
  deps: PlanningDeps,
  { input, place, current, targets }: Subject,
  before: EnvironmentRecord,
): Promise<HandOver> {
  const { app, environment } = place;
  const scope = { app, environment, counter: 0, records: { [current!.release]: input.current! } };
  return await inContext(deps, undefined, { target: targets[0]!.name, scope }, (ctx) =>
    driverOf(deps.drivers, ctx.target).handOver(ctx, current!.release, before, input.startComposed === true),
  );
}

async function gather(
  deps: PlanningDeps,
  subject: Subject,
  observed: Observed,
  secrets: SecretHashes,
): Promise<Omit<PlanningInput, 'gates' | 'hasPolicy'>> {
  const { input, place, wanted, current, left, before, after, targets } = subject;
  const { app, environment, kind, record, current: ref, startComposed, acceptEmpty, forget, excluded = [] } = input;
  const isComparable = after && before && record && ref;
  return {
    app,
    environment,
    kind,
    wanted,
    current,
    left,
    startComposed,
    observed,
    excluded,
    age: await ageOf(deps, kind, wanted, current),
    facts: driverOf(deps.drivers, targets[0]!).facts(place, after),
    acceptEmpty,
    forget,
    fileLines: isComparable
      ? await readLineChanges(deps, { ref, environment: before }, { ref: record, environment: after })
      : {},
    secrets: { now: secrets, ran: input.ran },
    keepImages: await imagesToKeep(deps, input, after),
  };
}

const hashPlan = (plan: unknown) => createHash('sha256').update(inOrder(plan)).digest('hex');
