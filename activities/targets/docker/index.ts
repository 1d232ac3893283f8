import { DOCKER_WORDS } from '../../../src/plan/targets/docker/own';
import { describeBesides } from '../../../src/plan/engines/take-over/leftovers';
import type { DockerHost } from '../../../src/model/target';
import { connectEngine } from '../../drivers/docker/connect';
import { hostProxy } from '../../drivers/proxy/host-proxy';
import type { Settings } from '../../settings';
import type { TargetDriver } from '../driver';
import { describeAnswers } from './answers';
import { ask } from './ask';
import { bindOperations } from '../../engines/bind-operations';
import { factsOfEngines } from '../../engines/facts';
import { type DockerContext, type DockerDeps, onHost } from './context';
import { describeDrift } from './drift';
import { bootstrap, planBootstrap } from './host/bootstrap';
import { checkHost } from './host/check-host';
import { handOver } from './hand-over';
import { readLogs } from './logs';
import { observeHost } from './observe';
import { operations } from './operations';
import { runOnce } from './run-once';
import { describeRunning } from './running';

export const openDockerHosts = (settings: Settings): TargetDriver<DockerHost> =>
  dockerHosts({ settings, proxy: hostProxy, connect: (host) => connectEngine(host, settings) });

/** Docker hosts: one engine each, behind a proxy. */
export function dockerHosts(deps: DockerDeps): TargetDriver<DockerHost> {
  const { settings } = deps;
  return {
    observe: (host, place, project, models) => observeHost(deps, host, place, project, models),
    facts: (place, environment) => factsOfEngines(settings, place, environment),
    operations: bindOperations<DockerHost, DockerContext>(operations, (ctx) => onHost(deps, ctx)),
    ask: async (ctx, request) => ask(await onHost(deps, ctx), request),
    runOnce: async (ctx, command) => runOnce(await onHost(deps, ctx), command),
    logs: (host, subject) => readLogs(deps, host, subject),
    describeRunning,
    drift: ({ name }, { place, release, record, known, observed }) => [
      ...describeDrift(place, release, record, name, observed),
      ...describeBesides(DOCKER_WORDS, place.app, record, known, observed).map((line) => `${name}: ${line}`),
    ],
    async answers(host, place, release, environment) {
      const served = await deps.proxy.readServed(await deps.connect(host), place.installation);
      return served ? describeAnswers(place, release, environment, host.name, served) : [];
    },
    handOver: async (_, _release, environment, started) => handOver(environment, started),
    check: (subject) => checkHost(deps, subject),
    planBootstrap: (host) => planBootstrap(deps, host),
    bootstrap: (host) => bootstrap(deps, host),
  };
}
