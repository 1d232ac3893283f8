import { hasOutage } from '../../../model/strategy';
import type { RestartPolicy } from '../../../model/container/container';
import type { EnvironmentRecord } from '../../../manifest/record/record';
import type { ComposeContainer } from '../../../model/observed';
import type { Phase, Step } from '../../../model/plan';
import type { Service } from '../../../model/service';
import { describeKept, describeTakeover, kindOf, portsHeld, runs } from './describe-take-over';
import { type PlanningInput, Refused } from '../../planning';
import type { EngineInput } from '../own';
import type { EngineFacts } from '../../targets/facts';
import { factsOf } from '../facts';
import { asFoundOn, observedOn } from '../observed-on';

/**
 * Takes over what docker compose runs. Its accessories are adopted (see `accessories.ts`). Its other containers
 * serve until the switch, then stop and are kept; the undo restarts them. In between, the proxy takes the port
 * it needs. The rest of the project is not touched.
 */
export function takeOver(input: EngineInput, after: EnvironmentRecord, phases: Phase[]): Phase[] {
  if (input.own.adopts) refuseKeptPorts(input, after);
  const all = Object.keys(input.observed.targets)
    .sort()
    .flatMap((host) => servingOn(input, after, host).map((container) => ({ host, container })));
  if (all.length === 0) return phases;
  const holders = all.filter(({ container }) => holdsPort(factsOf(input), after, container));
  const others = all.filter((one) => !holders.includes(one));
  const hosts = [...new Set(holders.map(({ host }) => host))];
  const stop = (some: typeof all): Step[] => some.map(({ host, container }) => stopStep(host, container, after));
  const release = input.wanted?.release ?? '';
  const open = hosts.map((host): Step => ({
    operation: { name: 'openProxy', target: host, release },
    undo: { name: 'closeProxy', target: host },
  }));
  // Background workers and users of unshareable volumes stop before the new ones start; the others once the new
  // ones have the traffic.
  const isFirst = ({ container }: (typeof all)[number]) =>
    hasOutage(after.strategy.kind) || kindOf(after, container) === 'background';
  // A gradual strategy has several.
  const switches = phases.filter(({ name }) => name === 'switch');
  const before = [stop(all.filter(isFirst))];
  const behind = [stop(holders.filter((one) => !isFirst(one))), open, stop(others.filter((one) => !isFirst(one)))];
  return phases.map((phase) => {
    const batches = [
      ...(phase === switches[0] ? before : []),
      ...phase.batches.map((batch) => batch.map((step) => closing(step, hosts))),
      ...(phase === switches.at(-1) ? behind : []),
    ];
    return { ...phase, batches: batches.filter((batch) => batch.length > 0) };
  });
}

function refuseKeptPorts(input: EngineInput, after: EnvironmentRecord): void {
  for (const target of after.targets) {
    const { name: host } = target;
    if (input.own.proxies(target, observedOn(input.observed, host)).some(({ had }) => had)) continue;
    for (const one of composeContainersOn(input, host).filter(
      (each) => runs(each) && kindOf(after, each) === 'accessory',
    )) {
      const [message] = describeKept(one, portsHeld(listensOn(factsOf(input)), after, one));
      if (message) throw new Refused({ kind: 'port-taken', host, service: one.service, message });
    }
  }
}

function closing(step: Step, hosts: string[]): Step {
  const { operation } = step;
  const isClosed = operation.name === 'ensureProxy' && hosts.includes(operation.target);
  return isClosed ? { ...step, operation: { ...operation, closed: true } } : step;
}

function stopStep(
  host: string,
  { name: container, restart, service }: ComposeContainer,
  after: EnvironmentRecord,
): Step {
  const had = restartOfComposed(
    restart,
    after.services.find((one) => one.name === service),
  );
  return {
    operation: { name: 'stopComposed', target: host, container },
    undo: { name: 'startComposed', target: host, container, restart: had },
  };
}

/** The container's restart policy under compose: its current one, or, once taken over, the compose file's. */
export function restartOfComposed(restart: RestartPolicy, service: Service | undefined): RestartPolicy {
  return restart.name === 'no' ? (service?.container.restart ?? restart) : restart;
}

const servingOn = (input: PlanningInput, after: EnvironmentRecord, host: string): ComposeContainer[] =>
  composeContainersOn(input, host).filter((one) => {
    const kind = kindOf(after, one);
    return runs(one) && kind !== 'accessory' && (kind !== undefined || holdsPort(factsOf(input), after, one));
  });

const composeContainersOn = ({ observed }: PlanningInput, host: string) => observedOn(observed, host).composed ?? [];

/** All addresses of a host that the proxy listens on: for HTTP first, then for HTTPS and TCP. */
const listensOn = ({ proxyHttp, proxyOthers = [] }: EngineFacts) => [proxyHttp, ...proxyOthers];

const holdsPort = (facts: EngineFacts, after: EnvironmentRecord, container: ComposeContainer) =>
  portsHeld(listensOn(facts), after, container).length > 0;

export function warnOfTakeover(input: EngineInput, after: EnvironmentRecord): string[] {
  const hosts = Object.keys(input.observed.targets).sort();
  const facts = factsOf(input);
  return hosts.flatMap((host) => {
    const own = new Set(
      observedOn(input.observed, host)
        .containers.filter(({ role }) => role === 'accessory')
        .map(({ service }) => service),
    );
    const composed = composeContainersOn(input, host).filter(({ service }) => !own.has(service));
    // Adoption is reported once.
    const news = input.current ? composed.filter((one) => kindOf(after, one) !== 'accessory') : composed;
    const lines = describeTakeover(
      input.own,
      asFoundOn(input.observed, host, after),
      news,
      listensOn(facts),
      facts.home,
    );
    return lines.map((line) => (hosts.length > 1 ? `${host}: ${line}` : line));
  });
}
