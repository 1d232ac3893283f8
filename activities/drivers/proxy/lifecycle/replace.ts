import { proxyName } from '../../../../src/model/names';
import type { ContainerState, Engine, Watch } from '../../docker/engine';
import { carryOver, prepareToCarryOver, removeFiles } from '../routes/carry-over';
import { proxyContainer } from './container';
import { kindOf } from '../dialects';
import { joining, startProxy } from './networks';
import type { ProxySettings } from '../proxy';

/** The time for requests in flight to end; new ones are refused meanwhile. */
const GRACE_MS = 10_000;

const formerName = (installation: string) => `${proxyName(installation)}-before`;

/**
 * Recreates the proxy in all its networks; `start` starts it and waits for its answer. One of another kind gets the
 * routes. On a failure the former one is put back.
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
  const old = former ?? found;
  const oldKind = old ? kindOf(settings.installation, old) : settings.kind;
  const isOtherKind = oldKind !== settings.kind;
  if (isOtherKind && !former && found?.state === 'running')
    await prepareToCarryOver(engine, name, oldKind, settings.kind);
  await engine.pullImage(wanted.image, undefined, watch);
  // An earlier attempt had other settings.
  if (found && former && !isMadeAs(found, settings)) await engine.removeContainer(name);
  if (found && !former) {
    await engine.renameContainer(name, before);
    await engine.stopContainer(before, GRACE_MS);
  }
  try {
    if (old) await engine.createContainer(await joining(engine, wanted, old));
    const started = await start();
    if (isOtherKind) await carryOver(engine, settings, oldKind);
    await engine.removeContainer(before);
    if (isOtherKind) await removeFiles(engine, name, oldKind);
    return started;
  } catch (error) {
    await putBack(engine, settings.installation);
    throw error;
  }
}

/** Was it created with these settings? */
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
