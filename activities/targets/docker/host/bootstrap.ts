import type { DockerHost } from '../../../../src/model/target';
import { currentWatch } from '../../../heartbeat';
import type { BootstrapStep } from '../../../../src/model/inspection';
import type { DockerDeps } from '../context';
import { planProxy } from '../../../engines/proxy/plan-proxy';
import { describeWanted } from '../../../engines/proxy/proxies';
import { proxySettings } from '../../../engines/proxy/proxy-settings';

/** What a bootstrap would do to a host's proxy, and its effect on users. */
export async function planBootstrap({ settings, connect }: DockerDeps, host: DockerHost): Promise<BootstrapStep> {
  return { host, ...(await planProxy(settings, await connect(host))) };
}

export async function bootstrap({ settings, connect, proxy }: DockerDeps, host: DockerHost): Promise<{ done: string }> {
  const name = await proxy.replace(await connect(host), proxySettings(settings), currentWatch());
  return { done: `${name} runs: ${describeWanted(settings)}` };
}
