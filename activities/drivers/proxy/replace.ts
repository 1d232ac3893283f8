import { proxyName } from '../../../src/model/names';
import type { ContainerState, Engine, Watch } from '../docker/engine';
import { proxyContainer } from './container';
import { joining, startProxy } from './networks';
import type { ProxySettings } from './proxy';

/** How long requests in flight may take to end; what is new is refused meanwhile. */
const GRACE_MS = 10_000;

/** The one that was there until the new one answers; a retry finds it by its name. */
const formerName = (installation: string) => `${proxyName(installation)}-before`;

/**
 * The proxy is made anew, in all networks that it was in; `start` starts it and waits until it answers. When that fails the
 * one that was there is put back: it serves as before.
 */
export async function replaceProxy(
  engine: Engine,
  settings: ProxySettings,
  start: () => Promise<string>,
  watch: Watch = {},
): Promise<string> {
  const wanted = proxyContainer(settings);
  const [name, before] = [proxyName(settings.installation), formerName(settings.installation)];
  const found = await engine.inspectContainer(name);
  const former = await engine.inspectContainer(before);
  if (found && !former && isMadeAs(found, settings)) return start();
  await engine.pullImage(wanted.image, undefined, watch);
  if (found && !former) {
    await engine.renameContainer(name, before);
    await engine.stopContainer(before, GRACE_MS);
  }
  try {
    const old = former ?? found;
    if (old) await engine.createContainer(await joining(engine, wanted, old));
    const started = await start();
    await engine.removeContainer(before);
    return started;
  } catch (error) {
    await putBack(engine, settings.installation);
    throw error;
  }
}

/** Was it made with these settings? */
export const isMadeAs = (found: ContainerState, settings: ProxySettings) => {
  const spec = `${settings.installation}.spec`;
  return found.labels[spec] === proxyContainer(settings).labels[spec];
};

async function putBack(engine: Engine, installation: string): Promise<void> {
  const [name, before] = [proxyName(installation), formerName(installation)];
  if (!(await engine.inspectContainer(before))) return;
  await engine.removeContainer(name);
  await engine.renameContainer(before, name);
  await startProxy(engine, installation);
}
