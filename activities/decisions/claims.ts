import { createHash } from 'node:crypto';
import type { RecordRef } from '../../src/model/release';
import { openRecords } from '../records/repository';

/** Statements that were used, kept beside the ledger: each moves an environment once, whatever is sent again. */

const CLAIM_TYPE = 'application/vnd.windlass.claim.v1+json';

export interface Claim {
  nonce: string;
  environment: string;
  run: string;
}

/** Takes a statement for a run; false when another one has it. The same run may ask again. */
export async function claim({ registry: access, app }: RecordRef, wanted: Claim): Promise<boolean> {
  const { registry, repository } = await openRecords(access, app);
  const tag = tagOf(wanted);
  const known = await registry.getArtifact(repository, tag);
  if (known) return (known.json as Partial<Claim> | null)?.run === wanted.run;
  await registry.putArtifact({ repository, tags: [tag], artifactType: CLAIM_TYPE, annotations: {}, json: wanted });
  return true;
}

const tagOf = ({ nonce, environment }: Claim) =>
  `used-${createHash('sha256')
    .update(JSON.stringify([nonce, environment]))
    .digest('hex')
    .slice(0, 40)}`;
