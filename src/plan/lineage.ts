import type { EnvironmentRecord, ReleaseRecord } from '../manifest/record/record';
import type { Source } from '../model/release';
import { type PlanningInput, Refused } from './planning';

/**
 * A repository's identity in any notation: `git@HOST:team/app`, `ssh://git@HOST/team/app.git` and
 * `https://HOST/team/app/` are one. Two projects in one repository are two.
 */
export function repositoryOf({ url, folder }: Source): string {
  const [, scheme, place = url] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/i.exec(url) ?? [];
  const isFile = scheme ? scheme.toLowerCase() === 'file' : url.startsWith('/');
  const withoutSuffix = place.replace(/\/+$/, '').replace(/\.git$/, '');
  const [, host = '', path = withoutSuffix] = isFile
    ? []
    : (/^(?:[^/@]*@)?([^/:]+)(?::\d+(?=\/))?[/:]+(.*)$/.exec(withoutSuffix) ?? []);
  const named = host ? `${host.toLowerCase()}/${path}` : withoutSuffix;
  return folder ? `${named}#${folder}` : named;
}

/** A release from another repository needs an operator's word. Throws `Refused`; returns the warnings otherwise. */
export function checkLineage(input: PlanningInput, after: EnvironmentRecord): string[] {
  const { kind, wanted, current } = input;
  if (kind !== 'release' || !wanted || !current) return [];
  return [...checkRepository(wanted, current, after.name), ...checkAge(input, wanted, current, after)];
}

function checkRepository(wanted: ReleaseRecord, current: ReleaseRecord, environment: string): string[] {
  const [now, before] = [repositoryOf(wanted.source), repositoryOf(current.source)];
  if (now === before) return [];
  const what = `the repository is ${now}, but ${current.release} in ${environment} came from ${before}`;
  const operators = current.environments.find(({ name }) => name === environment)?.operators ?? [];
  const mayAccept = operators.length === 0 || operators.includes(wanted.startedBy);
  if (wanted.acceptsRepository && mayAccept) return [`${what}; accepted by ${wanted.startedBy}`];
  const who = operators.length > 0 ? `one of ${operators.join(', ')} may release it with` : 'release it with';
  throw new Refused({
    kind: 'other-repository',
    message: `${what}. If two applications have the same app:, rename one. If the repository has moved, ${who} --accept-repository`,
  });
}

function checkAge(
  { age }: PlanningInput,
  wanted: ReleaseRecord,
  current: ReleaseRecord,
  after: EnvironmentRecord,
): string[] {
  if (age === undefined) return [];
  const [now, before] = [wanted.commit.sha.slice(0, 10), current.commit.sha.slice(0, 10)];
  if (age === 'unknown')
    return [
      `unknown whether ${now} is older than ${before}, the current commit in ${after.name}: their repository did not answer`,
    ];
  const what = `${now} is an ancestor of ${before}, the current commit in ${after.name}: later commits would be undone`;
  if (after.order !== 'newest') return [what];
  throw new Refused({
    kind: 'older-commit',
    message: `${what}, and the environment has order: newest. To go back on purpose: windlass rollback ${after.name}`,
  });
}
