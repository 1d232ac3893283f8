import type { Login } from '../docker/engine';
import { ask, askUnless, type Host } from '../docker/host';
import { transient } from '../errors';
import type { ServiceState, ServiceWords, Swarm } from './swarm';

type Services = Pick<Swarm, 'listServices' | 'inspectService' | 'createService' | 'updateService' | 'removeService'>;

export const servicesOf = (host: Host): Services => ({
  listServices: (labels) => list(host, labels),
  inspectService: (name) => inspect(host, name),
  createService: (spec, login) => create(host, spec, login),
  updateService: (read, spec, login) => update(host, read, spec, login),
  removeService: async (name) => {
    await askUnless(host, [404], `remove service ${name}`, () => host.docker.getService(name).remove());
  },
});

interface Listed {
  ID: string;
  Version: { Index: number };
  CreatedAt: string;
  Spec: ServiceWords;
  UpdateStatus?: { State?: string; Message?: string };
}

async function list(host: Host, labels: Record<string, string>): Promise<ServiceState[]> {
  const label = Object.entries(labels).map(([key, value]) => (value ? `${key}=${value}` : key));
  const found = await ask(host, 'list services', () => host.docker.listServices({ filters: { label } }));
  return (found as unknown as Listed[]).map(readService).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function inspect(host: Host, name: string): Promise<ServiceState | undefined> {
  const found = await askUnless(host, [404], `inspect service ${name}`, () => host.docker.getService(name).inspect());
  return found && readService(found as Listed);
}

const readService = ({ ID, Version, CreatedAt, Spec, UpdateStatus }: Listed): ServiceState => ({
  id: ID,
  name: Spec.Name,
  version: Version.Index,
  labels: Spec.Labels ?? {},
  image: Spec.TaskTemplate.ContainerSpec.Image,
  replicas: Spec.Mode.Replicated?.Replicas ?? 0,
  isJob: Spec.Mode.ReplicatedJob !== undefined,
  createdAt: CreatedAt,
  ...(UpdateStatus?.State && { update: { state: UpdateStatus.State, message: UpdateStatus.Message ?? '' } }),
  spec: Spec,
});

async function create(host: Host, spec: ServiceWords, login: Login | undefined): Promise<void> {
  const docker = host.docker as unknown as { createService(auth: object, spec: object): Promise<unknown> };
  const call = () => docker.createService(login ?? {}, spec);
  // 409: an earlier attempt made it.
  await askUnless(host, [409], `create service ${spec.Name}`, call);
}

async function update(host: Host, { id, name, version }: ServiceState, spec: ServiceWords, login: Login | undefined) {
  const doing = `change service ${name}`;
  const service = host.docker.getService(id) as unknown as { update(auth: object, spec: object): Promise<unknown> };
  const call = () =>
    service.update(login ?? {}, { ...spec, version }).catch((error: Error) => {
      if (!/update out of sequence/i.test(error.message)) throw error;
      throw transient({ kind: 'changed-meanwhile', host: host.name, message: changedMeanwhile(name) });
    });
  await ask(host, doing, call);
}

const changedMeanwhile = (name: string) =>
  `change service ${name}: somebody else changed it since it was read. It is read again; if this persists, find out who changes it: docker service inspect ${name}`;
