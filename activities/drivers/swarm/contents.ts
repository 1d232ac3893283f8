import { ask, askUnless, type Host } from '../docker/host';
import type { ContentKind, Swarm } from './swarm';

type Contents = Pick<Swarm, 'createContent' | 'listContents' | 'removeContent'>;

/** Swarm secrets and configs. */
export const contentsOf = (host: Host): Contents => ({
  async createContent(kind, { name, labels, data }) {
    const words = { Name: name, Labels: labels, Data: data.toString('base64') };
    const { docker } = host;
    // 409: it is there.
    const made = await askUnless(host, [409], `create ${wordOf(kind)} ${name}`, () =>
      kind === 'secrets' ? docker.createSecret(words) : docker.createConfig(words),
    );
    if (made) return (made as unknown as { ID?: string; id?: string }).ID ?? made.id;
    const found = (await list(host, kind, { name: [name] })).find((one) => one.name === name);
    return found?.id ?? '';
  },
  listContents: (kind, labels) =>
    list(host, kind, { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) }),
  async removeContent(kind, id) {
    const { docker } = host;
    const call = () => (kind === 'secrets' ? docker.getSecret(id) : docker.getConfig(id)).remove() as Promise<unknown>;
    const unlessUsed = (error: Error) => {
      if (!/in use by the following service/i.test(error.message)) throw error;
    };
    await askUnless(host, [404], `remove ${wordOf(kind)} ${id}`, () => call().catch(unlessUsed));
  },
});

const wordOf = (kind: ContentKind) => (kind === 'secrets' ? 'secret' : 'config');

async function list(host: Host, kind: ContentKind, filters: Record<string, string[]>) {
  const { docker } = host;
  const call = () =>
    (kind === 'secrets' ? docker.listSecrets({ filters }) : docker.listConfigs({ filters } as never)) as Promise<
      { ID: string; Spec: { Name: string } }[]
    >;
  return (await ask(host, `list ${kind}`, call)).map(({ ID, Spec }) => ({ id: ID, name: Spec.Name }));
}
