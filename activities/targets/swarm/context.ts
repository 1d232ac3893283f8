import type { Connection, SwarmTarget } from '../../../src/model/target';
import type { Engine } from '../../drivers/docker/engine';
import type { Proxy as HttpProxy } from '../../drivers/proxy/proxy';
import { anyManager } from '../../drivers/swarm/any-manager';
import type { Swarm } from '../../drivers/swarm/swarm';
import type { OperationContext } from '../../rollout/context';
import type { Settings } from '../../settings';
import { awake } from '../../engines/awake';

type Named = Connection & { name: string };

export interface SwarmDeps {
  settings: Settings;
  connectManager(at: Named): Swarm;
  connectEngine(at: Named): Engine;
  proxy: HttpProxy;
}

/** A node with a proxy. */
export interface Edge {
  name: string;
  engine: Engine;
  /** Its id in the swarm. */
  node(): Promise<string>;
}

export interface SwarmContext extends OperationContext<SwarmTarget> {
  host: string;
  swarm: Swarm;
  edges: Edge[];
  proxy: HttpProxy;
}

export const swarmOf = ({ connectManager }: SwarmDeps, { managers }: SwarmTarget): Swarm =>
  anyManager(managers.map((at) => awake(connectManager(at))));

export const edgesOf = ({ connectEngine, connectManager }: SwarmDeps, { edge }: SwarmTarget): Edge[] =>
  edge.map((at) => ({
    name: at.name,
    engine: awake(connectEngine(at)),
    node: async () => (await connectManager(at).info()).nodeId,
  }));

export const onSwarm = (deps: SwarmDeps, ctx: OperationContext<SwarmTarget>): SwarmContext => ({
  ...ctx,
  host: ctx.target.name,
  swarm: swarmOf(deps, ctx.target),
  edges: edgesOf(deps, ctx.target),
  proxy: deps.proxy,
});
