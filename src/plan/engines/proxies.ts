import type { EnvironmentRecord } from '../../manifest/record/record';
import type { ObservedProxy } from '../../model/observed';
import { type Listen, PROXY_CAPABILITIES, type ProxyCapability, tcpListen } from '../../model/host/proxy';
import { nameAddress, tcpPortOf } from '../../model/host/route-address';
import type { Route } from '../../model/service';
import { isGradual } from '../../model/strategy';
import { isRoutedOn, servicesOn } from '../../model/target';
import { Refused } from '../planning';
import type { EngineInput } from './own';
import { factsOf } from './facts';
import { observedOn } from './observed-on';

type ProxyFacts = Pick<ObservedProxy, 'kind' | 'listens' | 'can'>;

const PLAIN: ProxyFacts = { kind: 'proxy', listens: ['http'], can: [...PROXY_CAPABILITIES] };

/** Ports and kind are settled when a proxy is created: one that lacks something must be replaced, an outage of everybody on its host. */
export function refuseLackOfProxy(input: EngineInput, after: EnvironmentRecord): void {
  const made = factsOf(input).proxy ?? PLAIN;
  for (const target of after.targets)
    for (const { at, had } of input.own.proxies(target, observedOn(input.observed, target.name))) {
      const message = lackOfProxy(after, target.name, { at, had, made });
      if (message) throw new Refused({ kind: 'no-entry-point', host: target.name, message });
    }
}

/** What a target's proxy lacks. `had`: the one that is there; `made`: one that would be created now; `at`: its machine. */
export function lackOfProxy(
  after: EnvironmentRecord,
  host: string,
  { at = host, had, made }: { at?: string; had?: ProxyFacts; made: ProxyFacts },
): string | undefined {
  const there = had ?? made;
  const need = needsOn(after, host).find((one) => !isMet(there, one));
  if (!need) return undefined;
  const settings = isMet(made, need) ? '' : `${settingFor(need, made)} for the worker, restart it, and `;
  const then = had
    ? `${settings}recreate the proxy: windlass bootstrap ${after.name} --host ${host}. It refuses requests for all applications on that host for some seconds`
    : `${settings}release again`;
  const lacks = there.can.includes(need.can)
    ? `the proxy of ${at} ${had ? 'has' : 'would have'} no entry point for it`
    : `the proxy of ${at}, ${there.kind}, does not support it`;
  return `${need.what}, but ${lacks}. To add it, ${then}`;
}

interface Need {
  what: string;
  can: ProxyCapability;
  listen?: Listen;
  port?: number;
}

const isMet = ({ can, listens }: ProxyFacts, need: Need) =>
  can.includes(need.can) && (need.listen === undefined || listens.includes(need.listen));

function needsOn(after: EnvironmentRecord, host: string): Need[] {
  const here = servicesOn(after, host).map(({ name }) => name);
  const routes = after.routes.filter(({ service }) => here.includes(service));
  const { kind } = after.strategy;
  return [
    ...routes.flatMap(needsOf),
    ...(routes.length > 0 && isGradual(kind)
      ? [{ what: `${kind} splits requests between two releases`, can: 'weights' as const }]
      : []),
  ];
}

function needsOf(route: Route): Need[] {
  const address = nameAddress(route);
  const port = tcpPortOf(route);
  if (port !== undefined) return [{ what: `${address} needs its port`, can: 'tcp', listen: tcpListen(port), port }];
  return [
    ...(route.https ? [{ what: `${route.host} needs HTTPS`, can: 'https' as const, listen: 'https' as const }] : []),
    ...(route.protocol === 'h2c' ? [{ what: `${address} needs HTTP/2`, can: 'h2c' as const }] : []),
  ];
}

function settingFor({ can, port }: Need, made: ProxyFacts): string {
  if (!made.can.includes(can)) return `choose another proxy than ${made.kind} with WINDLASS_PROXY`;
  return port === undefined
    ? 'set WINDLASS_PROXY_HTTPS (443) and WINDLASS_ACME_EMAIL'
    : `add ${port} to WINDLASS_PROXY_TCP (comma-separated ports)`;
}

/** A release never replaces a proxy, because that is an outage of everybody on its host: it goes on as it was made. */
export function warnOfOldProxies(input: EngineInput, after: EnvironmentRecord): string[] {
  const { proxySpecs } = factsOf(input);
  return after.targets.flatMap((target) => {
    const { name: host } = target;
    if (!proxySpecs || !isRoutedOn(after, host)) return [];
    return input.own
      .proxies(target, observedOn(input.observed, host))
      .filter(({ had }) => had?.spec !== undefined && !proxySpecs.includes(had.spec))
      .map(
        ({ at }) =>
          `${at}: its proxy has other settings than the worker's, so it may cut off or change requests. ` +
          `To recreate it, which refuses all requests on ${host} for some seconds: windlass bootstrap ${after.name} --host ${host}`,
      );
  });
}
