import type { Finding } from '../../model/text/path';
import { nameAddress, plainPath, withoutSlash } from '../../model/host/route-address';
import type { Route } from '../../model/service';
import { literalSigns, matches } from '../pattern';
import { describeWhere, notAllowed } from './findings';
import type { Applying, Where } from './rules-for';
import type { Policy } from '../schema';

type Address = Pick<Route, 'host' | 'path'>;

interface Owning {
  pattern: string;
  rule: number;
  at: number;
}

/**
 * Whose is the address of a route? Of all patterns of the policy that match it the narrowest says so: `shop.example.com` before
 * `*.example.com`, and `example.com/shop` before `example.com`.
 */
export function judgeRoute(policy: Policy, rules: Applying[], where: Where, route: Address): Finding[] {
  const matching = policy.rules.flatMap(({ routes }, rule) =>
    routes.map((pattern, at): Owning => ({ pattern, rule, at })).filter(({ pattern }) => isWithin(pattern, route)),
  );
  const most = Math.max(...matching.map(({ pattern }) => narrowness(pattern)));
  const narrowest = matching.filter(({ pattern }) => narrowness(pattern) === most);
  if (narrowest.some(({ rule }) => rules.some(({ index }) => index === rule))) return [];
  const what = `the route ${nameAddress(route)}`;
  const [owning] = narrowest;
  if (!owning)
    return [notAllowed(rules, where, { path: ['routes'], patterns: ({ routes }) => routes }, `asks for ${what}`)];
  const { apps, environments } = policy.rules[owning.rule]!;
  return [
    {
      path: ['rules', owning.rule, 'routes', owning.at],
      message: `is of ${apps.join(', ')} in ${environments.join(', ')}, and ${describeWhere(where)} asks for ${what}. Route another address, or ask the policy's owner`,
    },
  ];
}

const narrowness = (pattern: string) => {
  const [host, path] = split(pattern);
  return literalSigns(host) * 10_000 + (host.includes('**') ? 0 : 5_000) + Math.min(path.length, 4_999);
};

function isWithin(pattern: string, route: Address): boolean {
  const [host, path] = split(pattern);
  if (!matches(host, route.host, '/.:')) return false;
  const own = withoutSlash(plainPath(route.path));
  // A proxy that tidies paths before it looks would have another one there.
  if (/\/\.{1,2}(\/|$)/.test(own)) return false;
  return own === path || own.startsWith(`${path}/`) || path === '';
}

function split(pattern: string): [host: string, path: string] {
  const at = pattern.indexOf('/');
  return at < 0 ? [pattern, ''] : [pattern.slice(0, at), withoutSlash(pattern.slice(at))];
}
