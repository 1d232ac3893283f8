import type { DockerHost } from '../../../src/model/target';
import type { Engine } from '../../drivers/docker/engine';
import type { Proxy as HttpProxy } from '../../drivers/proxy/proxy';
import type { OperationContext } from '../../rollout/context';
import type { Settings } from '../../settings';
import { awake } from '../../engines/awake';

export interface DockerDeps {
  settings: Settings;
  connect(host: DockerHost): Engine | Promise<Engine>;
  proxy: HttpProxy;
}

export interface DockerContext extends OperationContext<DockerHost> {
  host: string;
  engine: Engine;
  proxy: HttpProxy;
}

export async function onHost(
  { connect, proxy }: DockerDeps,
  ctx: OperationContext<DockerHost>,
): Promise<DockerContext> {
  return { ...ctx, host: ctx.target.name, engine: awake(await connect(ctx.target)), proxy };
}
