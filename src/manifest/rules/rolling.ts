import { replicasOn } from '../../model/target';
import type { StrategyOf } from '../kinds';
import type { StrategyRules } from './strategy-rules';
import { placeTargets } from '../targets';

type Rolling = StrategyOf<'rolling'>;

/** What rolling needs: more than one batch of whatever it counts. */
export const rolling: StrategyRules<Rolling> = {
  ofManifest(strategy, { hosts }, path) {
    const size = sizeOf(strategy);
    if (strategy.of !== 'hosts' || hosts.length > size) return [];
    const has = hosts.length === 1 ? 'there is one host' : `there are ${hosts.length} hosts and a batch is ${size}`;
    const message = `is rolling by hosts, but ${has}, so all would be switched at once. Use a smaller batch, of: instances, or blue-green`;
    return [{ path, message }];
  },

  ofServices(strategy, environment, services, path) {
    if (strategy.of !== 'instances') return [];
    const targets = placeTargets(environment, services);
    const routed = services.filter(({ name }) => environment.routes.some((route) => route.service === name));
    const most = Math.max(0, ...routed.flatMap((service) => targets.map((target) => replicasOn(target, service))));
    const size = sizeOf(strategy);
    if (most > size || routed.length === 0) return [];
    const names = routed.map((service) => service.name).join(', ');
    const has = most > 1 ? `at most ${most} instances per host, and a batch is ${size}` : 'one instance on each host';
    const message =
      `is rolling, but ${names} ${routed.length > 1 ? 'have' : 'has'} ${has}, so all would be replaced at once. ` +
      `Use more replicas, a smaller batch, of: hosts with several hosts, or blue-green`;
    return [{ path, message }];
  },
};

/** Of a percentage, one at least. */
const sizeOf = ({ batch }: Rolling) => (typeof batch === 'number' ? batch : 1);
