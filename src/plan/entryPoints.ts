import type { EnvironmentRecord } from '../manifest/record';
import { servicesOn } from '../model/host';
import { observedOn, type PlanningInput, Refused } from './planning';

/** The entry point for HTTPS, as the proxy calls it. */
const SECURE = 'websecure';

/** Entry points are static: a proxy that lacks one must be made anew, which is an outage of everybody on its host. */
export function refuseMissingEntryPoints(input: PlanningInput, after: EnvironmentRecord): void {
  for (const { name: host } of after.hosts) {
    const had = observedOn(input.observed, host).proxy?.entryPoints;
    const message = lackOfEntryPoint(after, host, { had, made: input.entryPoints ?? [] });
    if (message) throw new Refused({ kind: 'no-entry-point', host, message });
  }
}

/** `had`: where the host's proxy listens, if there is one; `made`: where one would that is made now. */
export function lackOfEntryPoint(
  after: EnvironmentRecord,
  host: string,
  { had, made }: { had?: string[]; made: string[] },
): string | undefined {
  const here = servicesOn(after, host).map(({ name }) => name);
  const route = after.routes.find(({ service, https }) => https && here.includes(service));
  if (!route || (had ?? made).includes(SECURE)) return undefined;
  const settings = made.includes(SECURE)
    ? ''
    : 'set WINDLASS_PROXY_HTTPS (443) and WINDLASS_ACME_EMAIL where the worker runs, start it again, and ';
  const then = had
    ? `${settings}have it made anew: windlass bootstrap ${after.name} --host ${host}. For some seconds requests are refused there, of every application and environment of that host`
    : `${settings}release again`;
  return `${route.host} is routed by HTTPS, and the proxy of ${host} ${had ? 'does not listen' : 'would not listen'} for that. To have it, ${then}`;
}
