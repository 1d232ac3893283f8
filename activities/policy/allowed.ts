import type { Draft, EnvironmentRecord } from '../../src/manifest/record/record';
import type { Failure } from '../../src/model/failure';
import type { EnvironmentRef } from '../../src/model/names';
import { asSentence, type Finding, writePath } from '../../src/model/text/path';
import { describeProblem, type Problem } from '../../src/model/text/problem';
import type { RegistryAccess, SecretSource, Source } from '../../src/model/release';
import type { BuildSpec } from '../../src/model/container/build';
import type { Connection } from '../../src/model/target';
import { findReservedNames } from '../../src/model/text/reserved-names';
import { judgeImages, judgeImagesBy } from '../../src/policy/judge/images';
import { judgeBuild, judgeEnvironment } from '../../src/policy/judge/judge';
import {
  judgeBuildAnywhere,
  judgeLogin,
  judgeRegistry,
  judgeSource,
  judgeSourceAnywhere,
  judgeTargetAnywhere,
} from '../../src/policy/judge/judge-app';
import { rulesForApp } from '../../src/policy/judge/rules-for';
import type { Policy } from '../../src/policy/schema';
import { permanent } from '../drivers/errors';
import { type PolicyInForce, readPolicy } from '.';

/**
 * What the worker may do for an application, by the current policy. Without a policy, all is
 * allowed. What is refused says the policy's own line.
 */

type Draftlike = Pick<Draft, 'app' | 'registry' | 'builds' | 'environments' | 'images'>;

/** What a draft asks for and may not have; `given` are the images that it is released with. */
export async function problemsByPolicy(draft: Draftlike, given: Record<string, string> = {}): Promise<Problem[]> {
  const { app, registry, builds, environments } = draft;
  return await judged((policy) => [
    ...judgeRegistry(policy, app, registry, ownRegistry()),
    ...environments.flatMap((environment) => judgeEnvironment(policy, app, environment)),
    ...environments.flatMap(({ name: environment, services }) => {
      const images = Object.entries({ ...draft.images, ...given });
      const own = images.filter(([service]) => services.some(({ name }) => name === service));
      return judgeImages(policy, { app, environment }, Object.fromEntries(own), ownRegistry());
    }),
    ...environments.flatMap(({ name: environment }) =>
      builds.flatMap((build) => judgeBuild(policy, { app, environment }, build)),
    ),
  ]);
}

/** Why a commit, or a submodule of one, may not be fetched from there for an application. */
export const problemsOfSource = (app: string, url: string): Promise<Problem[]> =>
  judged((policy) => judgeSource(policy, app, url));

/** May an application run this image in one of its environments? */
export async function allowsImage(app: string, image: string): Promise<boolean> {
  const { policy } = (await readPolicy()) ?? {};
  if (!policy) return true;
  return judgeImagesBy(rulesForApp(policy, app), { app, environment: '' }, { image }, ownRegistry()).length === 0;
}

/** Why a recorded release may not go to an environment now; undefined when it may. A record may be older than the rules are. */
export function refuseRecorded(
  inForce: PolicyInForce | undefined,
  { installation, app }: Pick<EnvironmentRef, 'installation' | 'app'>,
  source: Source,
  environment: EnvironmentRecord,
): Failure | undefined {
  const [reserved] = findReservedNames(environment, installation);
  if (reserved) return { kind: 'not-allowed', message: `${writePath(reserved.path)}: ${asSentence(reserved.message)}` };
  const problems = judge(inForce, (policy) => [
    ...judgeSource(policy, app, source.url),
    ...judgeEnvironment(policy, app, environment),
    ...judgeImages(
      policy,
      { app, environment: environment.name },
      Object.fromEntries(environment.services.map(({ name, image }) => [name, image])),
      ownRegistry(),
    ),
  ]);
  return problems.length > 0 ? failureOf(problems) : undefined;
}

/** Fails permanently (kind `not-allowed`) where images and records of an application may not lie there. */
export const requireRegistry = (app: string, access: RegistryAccess): Promise<void> =>
  requireThat((policy) => judgeRegistry(policy, app, access, ownRegistry()));

/** As `requireRegistry`, where it is not known whose login it is: nobody may send it there. */
export const requireLogin = (access: RegistryAccess): Promise<void> =>
  requireThat((policy) => judgeLogin(policy, access));

/** As `requireRegistry`, of what a build has of the worker. */
export const requireBuild = (app: string, build: BuildSpec): Promise<void> =>
  requireThat((policy) => judgeBuildAnywhere(policy, app, build));

/** As `requireRegistry`, of a host that no application is named for: nobody may go there. */
export const requireTarget = (target: Connection): Promise<void> =>
  requireThat((policy) => judgeTargetAnywhere(policy, target));

/** Why no application may read a secret there; undefined when one may, and where there is no policy. */
export async function refuseSecret(
  source: SecretSource,
  env: Record<string, string | undefined>,
): Promise<string | undefined> {
  const [problem] = await judged((policy) => judgeSourceAnywhere(policy, source), env);
  return problem && describeProblem(problem);
}

const judged = async (find: (policy: Policy) => Finding[], env = process.env): Promise<Problem[]> =>
  judge(await readPolicy(env), find);

const judge = (inForce: PolicyInForce | undefined, find: (policy: Policy) => Finding[]): Problem[] =>
  inForce ? pointed(inForce, find(inForce.policy)) : [];

function pointed({ point }: PolicyInForce, findings: Finding[]): Problem[] {
  const problems = findings.map(point);
  const isFirst = (problem: Problem, index: number) =>
    problems.findIndex((one) => describeProblem(one) === describeProblem(problem)) === index;
  return problems.filter(isFirst);
}

async function requireThat(find: (policy: Policy) => Finding[]): Promise<void> {
  const problems = await judged(find);
  if (problems.length > 0) throw permanent(failureOf(problems));
}

const failureOf = (problems: Problem[]): Failure => ({
  kind: 'not-allowed',
  message: `the policy does not allow this, so nothing was changed\n${problems.map(describeProblem).join('\n')}`,
});

const ownRegistry = () => process.env['WINDLASS_REGISTRY'];
