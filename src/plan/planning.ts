import { findEnvironment } from '../model/environment/find';
import type { EnvironmentRecord, ReleaseRecord } from '../manifest/record/record';
import type { ApprovalPolicy } from '../model/approval/decision';
import type { RolloutRequest } from '../model/environment/environment';
import type { Observed } from '../model/observed';
import type { Failure } from '../model/failure';
import type { SecretHashes } from '../model/container/secret';
import type { TargetKind } from '../model/target';
import { unplaceable } from './exclude';
import type { LineChanges } from './compare/placed';
import type { FactsOf } from './targets/facts';

export interface PlanningInput {
  app: string;
  environment: string;
  kind: RolloutRequest['kind'];
  /** Undefined takes the environment to nothing. */
  wanted?: ReleaseRecord;
  current?: ReleaseRecord;
  left?: ReleaseRecord;
  startComposed?: boolean;
  observed: Observed;
  excluded?: string[];
  /** The wanted commit's relation to the current one, unless it is simply newer. */
  age?: 'older' | 'unknown';
  gates?: ApprovalPolicy[];
  hasPolicy?: boolean;
  keepImages: string[];
  fileLines?: LineChanges;
  /** The hashes of the wanted release's secrets now, and of each release's when it ran. */
  secrets?: { now: SecretHashes; ran: Record<string, SecretHashes> };
  forget?: string;
  acceptEmpty?: string[];
  facts: FactsOf[TargetKind];
}

/** Why something cannot be planned. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** The participating hosts: without excluded ones that did not come back. */
export function takingPart({ excluded = [], observed }: PlanningInput, after: EnvironmentRecord): EnvironmentRecord {
  const targets = after.targets.filter(({ name }) => !excluded.includes(name) || observed.targets[name]);
  const nowhere = unplaceable(after, targets);
  if (nowhere.length === 0) return { ...after, targets };
  throw new Refused({
    kind: 'no-host-left',
    message:
      `${nowhere.join(', ')} of ${after.name} would run nowhere, because ${excluded.join(', ')} is excluded and ` +
      `does not answer. Bring it back, or give them other hosts in the manifest`,
  });
}

export function environmentOf(record: ReleaseRecord, environment: string): EnvironmentRecord {
  const found = findEnvironment(record, environment);
  if (found) return found;
  const known = record.environments.map((one) => one.name).join(', ');
  throw new Refused({
    kind: 'no-such-environment',
    message: `release ${record.release} has no environment ${environment}. Expected one of: ${known}`,
  });
}
