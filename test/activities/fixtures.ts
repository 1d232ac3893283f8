import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { openContext } from '../../activities/drivers/docker/build/context';
import type { BuildOptions, Engine, Watch } from '../../activities/drivers/docker/engine';
import type { Failure } from '../../src/model/failure';
import { parts } from '../setup/parts';
import { temporaryFolder } from '../setup/temporary';

/** `until` waits for a minute, and says so. */
jest.setTimeout(180_000);

/** The engine that the tests of a run share; where there is none, one that the skipped tests never ask. */
export const sharedEngine = (): Engine =>
  connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts().engine?.host ?? 'unix:///nowhere' });

/** A name that no other test has. */
export const uniqueName = (what: string) => `wltest-${what}-${randomBytes(4).toString('hex')}`;

/** A folder with these files, removed after the tests of the file. */
export function makeFolder(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const NOTHING_TO_BUILD_WITH: BuildOptions = { dockerfile: 'Dockerfile', args: {}, labels: {} };

/** Builds what is in a folder. */
export async function build(engine: Engine, folder: string, options: Partial<BuildOptions> = {}, watch: Watch = {}) {
  const whole = { ...NOTHING_TO_BUILD_WITH, ...options };
  return engine.buildImage(
    await openContext(folder, { dockerfile: whole.dockerfile, mtime: new Date(0) }),
    whole,
    watch,
  );
}

/** The failure that a action ends with, and whether no retry can mend it. */
export async function failureOf(action: Promise<unknown>): Promise<Failure & { type: string }> {
  const error = await action.then(
    () => {
      throw new Error('it did not fail');
    },
    (caught: Error & { type?: string; details?: Failure[] }) => caught,
  );
  if (!error.details) throw error;
  return { ...error.details[0]!, type: error.type! };
}

/** Looks again and again, for at most a minute; what cannot be looked at yet is not so yet. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo().catch(() => false)); await pause(50))
    if (Date.now() > end) throw new Error('it did not become so within a minute');
}

/** Sees all processes of the engine's machine, those of builds and containers among them. */
export async function watchProcesses(engine: Engine) {
  const name = uniqueName('watcher');
  const config = { Cmd: ['sleep', '3600'], HostConfig: { PidMode: 'host' } };
  await engine.createContainer({ name, image: parts().images.base.name, labels: {}, config, networks: [] });
  await engine.startContainer(name);
  return {
    /** For how long to sleep, to be told from whatever else sleeps. */
    long: () => 100_000 + Math.floor(Math.random() * 900_000),
    sleepsFor: async (seconds: number) => (await engine.exec(name, ['ps', 'w'])).stdout.includes(`sleep ${seconds}`),
    stop: () => engine.removeContainer(name),
  };
}
