import { withoutCredentials } from '../../model/text/address';
import type { BuildSpec } from '../../model/container/build';
import type { Finding } from '../../model/text/path';
import { describeSource } from '../../model/container/secret';
import type { RegistryAccess, SecretSource } from '../../model/release';
import type { Connection } from '../../model/target';
import { allows, type Key, notAllowed } from './findings';
import { matches } from '../pattern';
import { judgeBuildBy, noRule, TARGETS, targetAddress } from './judge';
import { type Applying, rulesForApp } from './rules-for';
import type { Policy } from '../schema';
import { allowsSource, kindOfSource } from '../secrets';
import { sourceAddress } from '../source-address';

/** All that is of an application as a whole: what one of its environments may have. */
const ANYWHERE = 'any environment';

const SOURCES: Key = { path: ['sources'], patterns: ({ sources }) => sources };
const spelled = ({ sources }: Applying['rule']) => sources.map((pattern) => sourceAddress(pattern) ?? pattern);

/** May the application's commits, or submodules of them, come from there? */
export function judgeSource(policy: Policy, app: string, url: string): Finding[] {
  const where = { app, environment: ANYWHERE };
  const rules = rulesForApp(policy, app);
  if (rules.length === 0) return [noRule(where)];
  const address = sourceAddress(url);
  if (address !== undefined && allows(rules, { ...SOURCES, patterns: spelled }, address)) return [];
  return [notAllowed(rules, where, SOURCES, `what is released comes from ${withoutCredentials(url)}`)];
}

/** May images and records lie there, and may the login be sent there? `own` is the registry that the worker is set to. */
export function judgeRegistry(policy: Policy, app: string, access: RegistryAccess, own: string | undefined): Finding[] {
  const where = { app, environment: ANYWHERE };
  const rules = rulesForApp(policy, app);
  if (rules.length === 0) return [noRule(where)];
  const { address } = access;
  const key: Key = { path: ['registries'], patterns: ({ registries }) => registries.map((one) => one.address) };
  if (address !== own && !allows(rules, key, address))
    return [notAllowed(rules, where, key, `it keeps its images at ${address}`)];
  return loginsOf(access).flatMap((source) =>
    allowsLogin(rules, address, source)
      ? []
      : [
          notAllowed(
            rules,
            where,
            key,
            `the login for ${address} is read from ${describeSource(source)}, which no login there allows (${kindOfSource(source)})`,
          ),
        ],
  );
}

/** May this login be sent to this address by anybody? */
export function judgeLogin(policy: Policy, access: RegistryAccess): Finding[] {
  const wrong = loginsOf(access).find((source) => !allowsLogin(everyRule(policy), access.address, source));
  return wrong ? [nobody(`send a login that is read from ${describeSource(wrong)} to ${access.address}`)] : [];
}

/** May anybody read a secret there, for a service or as a login? */
export function judgeSourceAnywhere({ rules }: Policy, source: SecretSource): Finding[] {
  const isAllowed = rules.some(({ secrets, registries }) =>
    [secrets, ...registries.map(({ login }) => login)].some((patterns) => allowsSource(patterns, source)),
  );
  return isAllowed ? [] : [nobody(`read a secret from ${describeSource(source)}`)];
}

/** May anybody go to this host? */
export function judgeTargetAnywhere(policy: Policy, { address, via }: Connection): Finding[] {
  const isAllowed = allows(everyRule(policy), TARGETS, targetAddress(address));
  return [...(isAllowed ? [] : [nobody(`go to ${address}`)]), ...(via ? judgeTargetAnywhere(policy, via) : [])];
}

/** May the application build this in one of its environments? A release must be allowed it in all of them. */
export function judgeBuildAnywhere(policy: Policy, app: string, build: BuildSpec): Finding[] {
  return judgeBuildBy(rulesForApp(policy, app), { app, environment: ANYWHERE }, build);
}

const everyRule = ({ rules }: Policy): Applying[] => rules.map((rule, index) => ({ rule, index }));

const nobody = (what: string): Finding => ({
  path: ['rules'],
  message: `allow nobody to ${what}. Ask the policy's owner`,
});

const loginsOf = ({ username, password }: RegistryAccess) =>
  [username, password].filter((source) => source !== undefined);

const allowsLogin = (rules: Applying[], address: string, source: Parameters<typeof allowsSource>[1]): boolean =>
  rules.some(({ rule }) =>
    rule.registries.some((one) => matches(one.address, address) && allowsSource(one.login, source)),
  );
