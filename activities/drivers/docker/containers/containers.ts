import type { RestartPolicy } from '../../../../src/model/container/container';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { failureIn, permanent, transient } from '../../errors';
import { readState } from './container-state';
import { endWith, openStream } from '../dial';
import type { ContainerMake, ContainerState, Engine } from '../engine';
import { ANSWERS_WITHIN_MS, ask, askUnless, type Host } from '../host';
import { putFiles } from './files';
import { mountsParts, readInfo } from '../info';
import { connectNetwork } from '../networks';
import { engineRestart } from './translate';

type Containers = Pick<
  Engine,
  | 'listContainers'
  | 'inspectContainer'
  | 'createContainer'
  | 'putFiles'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'renameContainer'
  | 'setRestartPolicy'
  | 'waitContainer'
>;

export const containersOf = (host: Host): Containers => ({
  listContainers: (labels) =>
    list(host, { label: Object.entries(labels).map(([key, value]) => (value ? `${key}=${value}` : key)) }),
  inspectContainer: (name) => inspect(host, name),
  createContainer: (make) => create(host, make),
  putFiles: (name, files) => putFiles(host, name, files),
  startContainer: (name) => start(host, name),
  stopContainer: (name, graceMs) => stop(host, name, graceMs),
  removeContainer: (name) => remove(host, name),
  renameContainer: (name, to) =>
    ask(host, `rename container ${name} to ${to}`, () => host.docker.getContainer(name).rename({ name: to })),
  setRestartPolicy: (name, policy) => setRestartPolicy(host, name, policy),
  waitContainer: (name, signal) => wait(host, name, signal),
});

async function list(host: Host, filters: Record<string, string[]>): Promise<ContainerState[]> {
  const found = await ask(host, 'list containers', () => host.docker.listContainers({ all: true, filters }));
  const states = await Promise.all(found.map(({ Id }) => inspect(host, Id)));
  // A container that disappeared in between is left out.
  return states.filter((state) => state !== undefined);
}

export async function inspect(host: Host, name: string): Promise<ContainerState | undefined> {
  const info = await askUnless(host, [404], `inspect container ${name}`, () =>
    host.docker.getContainer(name).inspect(),
  );
  return info && readState(info);
}

async function create(host: Host, make: ContainerMake): Promise<ContainerState> {
  await refuseSubpath(host, make);
  const doing = `create container ${make.name}`;
  // 409: the name is taken by an earlier attempt's container.
  await askUnless(host, [409], doing, () => host.docker.createContainer(engineWords(make)));
  const made = await inspect(host, make.name);
  if (!made) throw transient(beingRemoved(host, make.name));
  const lacking = make.networks.filter(({ name }) => !(name in made.networks));
  if (lacking.length === 0) return made;
  for (const { name, aliases } of lacking) await connectNetwork(host, name, make.name, aliases);
  return (await inspect(host, make.name)) ?? made;
}

async function refuseSubpath(host: Host, { name, config }: ContainerMake): Promise<void> {
  const { Mounts = [] } = (config['HostConfig'] ?? {}) as { Mounts?: MountWords[] };
  const part = Mounts.find(({ VolumeOptions }) => VolumeOptions?.Subpath);
  if (!part) return;
  const info = await readInfo(host);
  if (mountsParts(info)) return;
  const message =
    `${name} mounts ${part.VolumeOptions!.Subpath} of a volume on ${part.Target}, and the engine of ${host.name} (${info.version}) would mount all of it. ` +
    'Expected Docker 26 or later, or a mount of the whole volume without subpath';
  throw permanent({ kind: 'no-subpath', host: host.name, message });
}

interface MountWords {
  Target: string;
  VolumeOptions?: { Subpath?: string };
}

function engineWords(make: ContainerMake) {
  const { Labels, HostConfig, ...config } = make.config as { Labels?: object; HostConfig?: object };
  const [home] = make.networks;
  return {
    ...config,
    name: make.name,
    Image: make.image,
    Labels: { ...Labels, ...make.labels },
    HostConfig: { ...HostConfig, ...(home && { NetworkMode: home.name }) },
    ...(home && { NetworkingConfig: { EndpointsConfig: { [home.name]: { Aliases: home.aliases } } } }),
  };
}

async function start(host: Host, name: string): Promise<void> {
  await askUnless(host, [304], `start container ${name}`, () => host.docker.getContainer(name).start());
}

async function stop(host: Host, name: string, graceMs?: number): Promise<void> {
  const seconds = graceMs === undefined ? {} : { t: Math.ceil(graceMs / 1_000) };
  const withinMs = graceMs === undefined ? 0 : graceMs + ANSWERS_WITHIN_MS;
  await askUnless(host, [304, 404], `stop container ${name}`, () => host.docker.getContainer(name).stop(seconds), {
    withinMs,
  });
}

async function remove(host: Host, name: string): Promise<void> {
  const gone = async () => !(await inspect(host, name));
  // 409: it is being removed already.
  const container = host.docker.getContainer(name);
  await askUnless(host, [404, 409], `remove container ${name}`, () => container.remove({ force: true, v: false }));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await gone()) return;
    await sleep(100);
  }
  throw transient(beingRemoved(host, name));
}

/** How often a policy is set again where the process has just ended. */
const UPDATES = 50;
/** crun's words, and runc's. */
const STOPPED = /cannot update a stopped container|container (is )?not running/;

/** The engine notices some milliseconds late that a process has ended, and refuses until then. */
async function setRestartPolicy(host: Host, name: string, policy: RestartPolicy, left = UPDATES): Promise<void> {
  const update = () => host.docker.getContainer(name).update({ RestartPolicy: engineRestart(policy) });
  try {
    await ask(host, `set the restart policy of container ${name}`, update);
  } catch (error) {
    if (left === 0 || !STOPPED.test(failureIn(error)?.message ?? '')) throw error;
    await sleep(100);
    await setRestartPolicy(host, name, policy, left - 1);
  }
}

async function wait(host: Host, name: string, signal?: AbortSignal): Promise<number> {
  const doing = `wait for container ${name}`;
  const state = await inspect(host, name);
  // The engine would report exit status 0 at once.
  if (state?.state === 'created')
    throw permanent({
      kind: 'not-started',
      host: host.name,
      message: `${doing}: it was never started. Start it first`,
    });
  // Streamed, because dockerode's own call never ends when the engine dies in the middle of its
  // answer.
  const answer = async () => {
    const dial = { path: `/containers/${name}/wait?`, method: 'POST', statusCodes: { 200: true } };
    const stream = await openStream(host.docker, { ...dial, ...(signal && { abortSignal: signal }) });
    const release = endWith(signal, stream);
    return text(stream).finally(release);
  };
  const ended = JSON.parse(await ask(host, doing, answer, { withinMs: 0, signal })) as { StatusCode: number };
  return ended.StatusCode;
}

const beingRemoved = (host: Host, name: string) => ({
  kind: 'conflict',
  host: host.name,
  message: `container ${name}: the engine of ${host.name} is still removing an earlier one. If it lasts, read the log of the engine`,
});
