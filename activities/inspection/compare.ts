import type { EnvironmentComparison, ReleaseComparison, SecretComparison } from '../../src/model/container/difference';
import { isSameValue, type SecretHashes } from '../../src/model/container/secret';
import { compareImages, compareSettings, compareSources } from '../../src/plan/compare/differences';
import { compareEnvironments as compareInhabited } from '../../src/plan/compare/parity';
import { readLineChanges } from '../records/line-changes';
import type { RolloutDeps } from '../rollout/deps';
import { hashSecrets } from '../secrets/secret-hashes';
import { SecretReader } from '../secrets';
import type { Activities } from '../types';
import { environmentOfRelease } from './environment-of-release';

type CompareInput = Parameters<Activities['compareReleases']>[0];

/** How a release differs from another one in the same environment; secrets by name, never by value. */
export async function compareReleases(deps: RolloutDeps, input: CompareInput): Promise<ReleaseComparison> {
  const { app, environment, before: from, after: to } = input;
  const before = from && (await environmentOfRelease(deps, from, environment));
  const after = await environmentOfRelease(deps, to, environment);
  const reader = new SecretReader(process.env, true);
  const names = Object.keys(after.secrets).sort();
  const { hashes } = await hashSecrets(deps.settings, { app, environment }, names, after.secrets, reader);
  const sources = new Map(compareSources(before, after).map((one) => [one.what, one]));
  const all = [...new Set([...Object.keys(before?.secrets ?? {}), ...names])].sort();
  const secrets = all.map((name): SecretComparison => {
    const { before: was, after: is } = sources.get(name) ?? {};
    return { name, before: was, after: is, value: name in after.secrets ? describeValue(input, name, hashes) : [] };
  });
  return {
    app,
    environment,
    before: from?.release,
    after: to.release,
    images: compareImages(before, after),
    configuration: compareSettings(
      before,
      after,
      await readLineChanges(deps, from && before && { ref: from, environment: before }, {
        ref: to,
        environment: after,
      }),
    ),
    secrets: secrets.filter(({ before: was, after: is, value }) => was || is || value.length > 0),
  };
}

function describeValue({ before, after, ran }: CompareInput, name: string, now: SecretHashes): string[] {
  if (now[name] === undefined) return ['cannot be read now'];
  const hashOf = (release: string | undefined) => (release === undefined ? undefined : ran[release]?.[name]);
  const [was, is] = [hashOf(before?.release), hashOf(after.release)];
  const isOther = (one: string | undefined, other: string | undefined) => isSameValue(one, other) === false;
  const isUntold = (one: string | undefined) => one !== undefined && isSameValue(one, now[name]) === undefined;
  return [
    ...(isOther(was, is) ? [`${after.release} ran with a different value than ${before?.release}`] : []),
    ...(isOther(is, now[name]) ? [`today's value differs from ${after.release}'s`] : []),
    ...(is === undefined && isOther(was, now[name]) ? [`today's value differs from ${before?.release}'s`] : []),
    ...(isUntold(was) || isUntold(is) ? ["cannot be compared: the installation's key has changed"] : []),
  ];
}

/** How the recorded releases of two environments differ. */
export async function compareEnvironments(
  { loadRecord }: RolloutDeps,
  { first, second }: Parameters<Activities['compareEnvironments']>[0],
): Promise<EnvironmentComparison> {
  const [one, other] = await Promise.all([loadRecord(first.record), loadRecord(second.record)]);
  return compareInhabited({ name: first.environment, record: one }, { name: second.environment, record: other });
}
