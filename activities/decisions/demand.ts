import type { RecordRef, RegistryAccess } from '../../src/model/release';
import { usableUntil } from '../../src/model/approval/statement-parts';
import type { PolicyGate } from '../../src/policy/judge/rules-for';
import type { RolloutDeps } from '../rollout/deps';
import type { PlanInput, Proof } from '../types';
import type { Unproved } from '../../src/model/inspection';
import type { Claim } from './claims';
import { prove, type ToProve } from './proof';
import { isSealed } from './seal';
import type { SigningTerms } from './terms';

/** What planning needs besides what rollouts need: where it is kept what was used and committed. */
export interface PlanningDeps extends RolloutDeps {
  claim(place: RecordRef, wanted: Claim): Promise<boolean>;
  /** The digest of the record that an environment is on, as the ledger says it; undefined where it is on none. */
  committedOn(registry: RegistryAccess, app: string, environment: string): Promise<string | undefined>;
}

interface Facts {
  hash: string;
  gates: PolicyGate[];
  operators: string[];
}

/**
 * Demands the proof that a rollout is wanted, however it was requested: by a release, a signal, or a workflow started by hand. Undefined
 * when the proof is complete; this run of the rollout has then used its statements up.
 */
export async function demandProof(
  deps: PlanningDeps,
  terms: SigningTerms,
  input: PlanInput & { proof: Proof },
  facts: Facts,
): Promise<Unproved | undefined> {
  if (input.kind === 'restore') return await demandRecorded(deps, terms, input, facts);
  const { record, current, environment, proof } = input;
  const proved = prove({
    ...given(deps, terms, input, facts),
    isSealed: record !== undefined && (await isSealed(deps.settings, record)),
  });
  if ('lacks' in proved) return proved;
  const place = record ?? current;
  for (const used of proved.uses) {
    const { nonce, by, decision } = used;
    if (!place || !(await deps.claim(place, { nonce, environment, run: proof.run, until: usableUntil(used) })))
      return { lacks: `what ${by} has signed (${decision}) was used before. Each signature is good for one rollout` };
  }
  return undefined;
}

/**
 * An interrupted environment returns to the release that the ledger names. Its own state is no proof, because anyone who reaches Temporal
 * can start an environment with a state of their own.
 */
async function demandRecorded(
  deps: PlanningDeps,
  terms: SigningTerms,
  input: PlanInput & { proof: Proof },
  facts: Facts,
): Promise<Unproved | undefined> {
  const { settings } = deps;
  const { app, environment, record, left } = input;
  const own: RecordRef[] = [];
  for (const ref of [record, left]) if (ref && (await isOwn(deps, ref))) own.push(ref);
  const registry = own[0]?.registry ?? (settings.registry === undefined ? undefined : { address: settings.registry });
  const isKnown = record === undefined || own.includes(record);
  if (registry && isKnown && (await deps.committedOn(registry, app, environment)) === record?.digest) return undefined;
  const asRollback = { ...input, kind: 'rollback', acceptEmpty: undefined } as const;
  const asked = prove({ ...given(deps, terms, asRollback, { ...facts, gates: [], hash: '' }), isSealed: isKnown });
  if (record && 'uses' in asked) return undefined;
  const release = record?.release ?? 'nothing';
  return {
    lacks: `the ledger does not say that ${environment} is on ${release}, so it is not taken back there by itself. An operator decides: windlass rollback ${environment} ${release}`,
  };
}

/** What a proof is held against, but for the seal of the record. */
const given = (
  { settings }: RolloutDeps,
  { people }: SigningTerms,
  input: PlanInput & { proof: Proof },
  facts: Facts,
): Omit<ToProve, 'isSealed'> => ({
  installation: settings.installation,
  input,
  statements: input.proof.statements,
  people,
  ...facts,
  now: Date.now(),
});

const isOwn = async ({ settings }: RolloutDeps, ref: RecordRef): Promise<boolean> =>
  ref.registry.address === settings.registry || (await isSealed(settings, ref));
