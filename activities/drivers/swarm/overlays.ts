import { ask, askUnless, type Host } from '../docker/host';
import type { Swarm } from './swarm';

/**
 * Overlay networks between the nodes. They are attachable, because the proxy is a container of its own. A network is small, so that
 * every release can have its own: the swarm's pool says how small.
 */
export const overlaysOf = (host: Host): Pick<Swarm, 'createOverlay' | 'listOverlays' | 'removeOverlay'> => ({
  async createOverlay({ name, labels, internal = false }) {
    const words = { Name: name, Labels: labels, Internal: internal, Driver: 'overlay', Attachable: true };
    // 409: an earlier attempt made it.
    await askUnless(host, [409], `create network ${name}`, () =>
      host.docker.createNetwork({ ...words, CheckDuplicate: true }),
    );
  },
  async listOverlays(labels) {
    const filters = { driver: ['overlay'], label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
    const found = await ask(host, 'list networks', () => host.docker.listNetworks({ filters }));
    return found.map(({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} }));
  },
  async removeOverlay(name) {
    const network = host.docker.getNetwork(name);
    const isKept = (error: Error) => {
      if (!/in use|has active endpoints/i.test(error.message)) throw error;
      return true;
    };
    const call = () => network.remove().then(() => false, isKept);
    return (await askUnless(host, [404], `remove network ${name}`, call)) !== true;
  },
});
