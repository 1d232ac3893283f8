import type { ReleaseRecord } from '../../src/manifest/record/record';
import { repositoryOf } from '../../src/plan/lineage';
import { isAncestor } from '../drivers/git/ancestry';
import type { RolloutDeps } from '../rollout/deps';
import type { PlanInput } from '../types';

/** The time limit for asking a repository about two commits. */
const HISTORY_MS = 15_000;

/** A newer commit is not an ancestor, so in most releases the repository need not be asked. */
export async function ageOf(
  { settings }: RolloutDeps,
  kind: PlanInput['kind'],
  wanted: ReleaseRecord | undefined,
  current: ReleaseRecord | undefined,
): Promise<'older' | 'unknown' | undefined> {
  if (kind !== 'release' || !wanted || !current || wanted.commit.sha === current.commit.sha) return undefined;
  if (repositoryOf(wanted.source) !== repositoryOf(current.source)) return undefined;
  if (Date.parse(wanted.commit.at) > Date.parse(current.commit.at)) return undefined;
  const source = { url: wanted.source.url, commit: wanted.commit.sha };
  const found = await isAncestor(source, current.commit.sha, settings.cache, HISTORY_MS);
  return found === undefined ? 'unknown' : found ? 'older' : undefined;
}
