import { wordsOfCause } from '../../../src/model/failure';
import { environmentNetwork, recordRepository } from '../../../src/model/names';
import { isRoutedOn, type SwarmTarget } from '../../../src/model/target';
import { minor } from '../../drivers/docker/info';
import { failureIn } from '../../drivers/errors';
import type { Swarm } from '../../drivers/swarm/swarm';
import { loginFor } from '../../secrets';
import type { HostCheck, HostFinding, HostQuestion } from '../../../src/model/inspection';
import type { CheckSubject } from '../driver';
import { findProxy, otherAddresses } from '../../engines/proxy/proxies';
import { type Edge, edgesOf, type SwarmDeps, swarmOf } from './context';
import { lookForStack } from './look-for-stack';

/** The first engine API with jobs: Docker 20.10. */
const OLDEST_API = 41;

const fine = (what: string): HostFinding => ({ ok: true, what });
const wrong = (what: string): HostFinding => ({ ok: false, what });

/** Checks everything a release needs from a swarm, and changes nothing. */
export async function checkSwarm(deps: SwarmDeps, subject: CheckSubject<SwarmTarget>): Promise<HostCheck> {
  const { host: target, environment } = subject;
  const found: HostCheck['found'] = {};
  const look = async (question: HostQuestion, ask: () => Promise<HostFinding>) => {
    found[question] = await ask().catch((error: unknown) => wrong(wordsOfCause(error)));
  };
  const swarm = swarmOf(deps, target);
  const edges = edgesOf(deps, target);
  await Promise.all([
    look('reached', () => checkManagers(deps, target)),
    look('engine', () => checkEngine(swarm)),
    look('nodes', () => checkNodes(swarm)),
    look('registry', () => checkRegistry(edges, subject)),
    look('proxy', async () =>
      isRoutedOn(environment, target.name) ? checkEdges(deps, swarm, edges) : fine('none needed'),
    ),
  ]);
  const composed = await lookForStack(swarm, environment, {
    listens: [deps.settings.proxyHttp, ...otherAddresses(deps.settings)],
    home: environmentNetwork({ ...deps.settings, app: subject.app, environment: environment.name }),
    // Why it does not answer is said above.
  }).catch(() => []);
  const ok = Object.values(found).every((finding) => finding.ok);
  return { environment: environment.name, host: target.name, kind: target.kind, ok, found, composed };
}

/** One manager that answers is enough. The check still names each that is away, because the last one may go, too. */
async function checkManagers({ connectManager }: SwarmDeps, { managers }: SwarmTarget): Promise<HostFinding> {
  const each = await Promise.all(
    managers.map(async (at) => {
      try {
        const { isManager } = await connectManager(at).info();
        return isManager ? undefined : `${at.name} is no manager of a swarm. Expected one of: docker node ls`;
      } catch (error) {
        return wordsOfCause(error);
      }
    }),
  );
  const lacking = each.filter((one) => one !== undefined);
  return lacking.length > 0 ? wrong(lacking.join('; ')) : fine(`${managers.length} managers`);
}

async function checkEngine(swarm: Swarm): Promise<HostFinding> {
  const { apiVersion, version } = await swarm.info();
  return minor(apiVersion) < OLDEST_API
    ? wrong(`Docker ${version} is too old for a swarm's jobs. Expected 20.10 or later`)
    : fine(version);
}

async function checkNodes(swarm: Swarm): Promise<HostFinding> {
  const nodes = await swarm.listNodes();
  const away = nodes.filter(({ isUp }) => !isUp).map(({ id, hostname }) => `${id.slice(0, 12)} (${hostname})`);
  if (away.length > 0)
    return wrong(
      `${away.length} of ${nodes.length} nodes do not answer: ${away.join(', ')}. Bring them back, or remove them: docker node rm. ` +
        'Between nodes the ports 2377/tcp, 7946/tcp+udp and 4789/udp must be open',
    );
  return fine(`${nodes.length} nodes`);
}

async function checkRegistry(edges: Edge[], { app, registry }: CheckSubject<SwarmTarget>): Promise<HostFinding> {
  const login = await loginFor(registry);
  for (const { engine } of edges)
    try {
      await engine.findImage(`${recordRepository(registry.address, app)}:check`, login);
    } catch (error) {
      // It answered; a missing name is expected.
      if (!['no-such-image', 'not-found'].includes(failureIn(error)?.kind ?? '')) throw error;
    }
  return fine('reached');
}

async function checkEdges(deps: SwarmDeps, swarm: Swarm, edges: Edge[]): Promise<HostFinding> {
  const ids = new Set((await swarm.listNodes()).map(({ id }) => id));
  for (const { name, node } of edges)
    if (!ids.has(await node()))
      return wrong(
        `${name} is no node of this swarm, so its proxy would reach no service. Let it join: docker swarm join`,
      );
  const found = await Promise.all(edges.map(({ engine }) => findProxy(deps.settings, engine)));
  const running = found.filter(({ proxy }) => proxy?.state === 'running').length;
  return fine(running === edges.length ? 'runs' : `${running} of ${edges.length} run; a release starts them`);
}
