import type { EnvironmentRecord } from '../../manifest/record/record';
import { cleanPath } from '../../model/text/clean-path';
import { hostReach, type HostReach, reachOfBuild } from '../../model/host/reach';
import { projectName } from '../../model/names';
import type { BuildSpec } from '../../model/container/build';
import type { Finding } from '../../model/text/path';
import { describeSource } from '../../model/container/secret';
import type { SecretSource } from '../../model/release';
import { type Connection, connectionsOf } from '../../model/target';
import { allows, describeWhere, type Key, notAllowed } from './findings';
import { judgeRoute } from './routes';
import { type Applying, keysOfPerson, needsSignatures, policyOperators, rulesFor, type Where } from './rules-for';
import type { Policy } from '../schema';
import { allowsSource, describePatterns, kindOfSource } from '../secrets';

/** What an environment of a release asks for and the policy does not allow, with the policy's own places; empty when all is allowed. */
export function judgeEnvironment(policy: Policy, app: string, environment: EnvironmentRecord): Finding[] {
  const where = { app, environment: environment.name };
  const rules = rulesFor(policy, where);
  if (rules.length === 0) return [noRule(where)];
  return [
    ...environment.targets.flatMap(connectionsOf).flatMap((connection) => judgeTarget(rules, where, connection)),
    ...judgeProject(rules, where, environment.project),
    ...environment.routes.flatMap((route) => judgeRoute(policy, rules, where, route)),
    ...Object.entries(environment.secrets).flatMap(([name, source]) => judgeSecret(rules, where, name, source)),
    ...judgeReach(rules, where, hostReach(environment)),
    ...judgePeople(policy, where, environment),
  ];
}

/** A build makes one image for all environments, so all of them must allow what it has. */
export function judgeBuild(policy: Policy, where: Where, build: BuildSpec): Finding[] {
  return judgeBuildBy(rulesFor(policy, where), where, build);
}

/** As `judgeBuild`, by these rules. */
export function judgeBuildBy(rules: Applying[], where: Where, build: BuildSpec): Finding[] {
  if (rules.length === 0) return [noRule(where)];
  const secrets = build.buildx?.secrets?.flatMap((secret) => ('source' in secret ? secret : [])) ?? [];
  return [
    ...judgeReach(rules, where, reachOfBuild(build)),
    ...secrets.flatMap(({ id, source }) => judgeSecret(rules, where, id, source)),
  ];
}

export const noRule = (where: Where): Finding => ({
  path: ['rules'],
  message: `has none for ${describeWhere(where)}, so nothing is allowed there. Ask the policy's owner for one`,
});

export const TARGETS: Key = {
  path: ['targets'],
  patterns: ({ targets }) => targets.map(targetAddress),
  separators: '/.:@',
};

function judgeTarget(rules: Applying[], where: Where, { address, via }: Connection): Finding[] {
  const own = allows(rules, TARGETS, targetAddress(address))
    ? []
    : [notAllowed(rules, where, TARGETS, `it goes to ${address}`)];
  return [...own, ...(via ? judgeTarget(rules, where, via) : [])];
}

/** The usual port of SSH is none; names of hosts have no capitals. */
export const targetAddress = (address: string): string =>
  address.replace(
    /^ssh:\/\/([^/@]*@)?([^/]*?)(:22)?(\/.*)?$/i,
    (_, user = '', host: string, _port, rest = '') => `ssh://${user}${host.toLowerCase()}${rest}`,
  );

const PROJECTS: Key = { path: ['projects'], patterns: ({ projects }) => projects };

function judgeProject(rules: Applying[], where: Where, project: string): Finding[] {
  if (project === projectName(where.app, where.environment) || allows(rules, PROJECTS, project)) return [];
  return [notAllowed(rules, where, PROJECTS, `it wants the containers and volumes of the compose project ${project}`)];
}

function judgeSecret(rules: Applying[], where: Where, name: string, source: SecretSource): Finding[] {
  if (rules.some(({ rule }) => allowsSource(rule.secrets, source))) return [];
  const kind = kindOfSource(source);
  const key = { path: ['secrets', kind], patterns: ({ secrets }: Applying['rule']) => describePatterns(secrets, kind) };
  return [notAllowed(rules, where, key, `the secret ${name} is read from ${describeSource(source)}`)];
}

const judgeReach = (rules: Applying[], where: Where, reach: HostReach[]): Finding[] =>
  reach.flatMap(({ key, value, of }) => {
    const option: Key = { path: ['docker', key], patterns: ({ docker }) => docker[key] ?? [] };
    if (allows(rules, option, value) && (key !== 'binds' || cleanPath(value) === value)) return [];
    return [notAllowed(rules, where, option, `${of} asks for ${value}`)];
  });

/** The manifest may name fewer operators than the policy, and more approvers, who must be able to decide. */
function judgePeople(policy: Policy, where: Where, { operators, approval }: EnvironmentRecord): Finding[] {
  const rules = rulesFor(policy, where);
  const allowed = policyOperators(policy, where);
  const others = allowed ? operators.filter((name) => !allowed.includes(name)) : [];
  const mute = needsSignatures(policy, where)
    ? (approval?.from ?? []).filter((name) => keysOfPerson(policy, name).length === 0)
    : [];
  return [
    ...others.map((name) =>
      notAllowed(
        rules,
        where,
        { path: ['operators'], patterns: (rule) => rule.operators ?? [] },
        `the manifest has ${name} among its operators`,
      ),
    ),
    ...mute.map((name) => ({
      path: ['people'],
      message: `has no key of ${name}, an approver of ${describeWhere(where)}, where decisions are signed. Name others, or ask the policy's owner`,
    })),
  ];
}
