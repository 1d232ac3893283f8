import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { ROUTES_FOLDER } from '../../activities/drivers/proxy/container';
import { cleanUp } from '../../demo/cleanup';
import { ask } from '../../demo/client';
import { type Example, root, Shop } from '../../demo/shop';
import { Stage } from '../../demo/stage';
import { type Ended, Windlass, workerVariables } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import { startHosts, type TestHost, type TestHosts } from '../../parts/hosts';
import type { ReleaseProgress, RolloutProgress } from '../../src/model/progress';
import { proxyName } from '../../src/model/names';
import { parts } from '../setup/parts';

export const APPROVER = 'release-manager@example.com';

/** Opens a stage for the tests of a file, with windlass installed as a person installs it; `temporal` is where it finds the server. */
export async function openStand(
  example: Example = 'shop',
  temporal = parts().temporal,
): Promise<{ stage: Stage; close: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'windlass e2e '));
  const stage = await Stage.open({ ...parts(), temporal }, dir, {
    print: () => undefined,
    example,
    app: `${example}${randomBytes(2).toString('hex')}`,
  });
  execFileSync('npm', ['install', '--global', '--prefix', join(dir, 'installed'), root()], { stdio: 'ignore' });
  stage.windlass.program = join(dir, 'installed/bin/windlass');
  const close = async () => {
    await stage.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { stage, close };
}

/** Hosts over SSH, a repository for an application of its own, and a worker that releases it to them. */
export class HostStand {
  readonly app = `shop${randomBytes(2).toString('hex')}`;
  readonly installation = `windlass-${randomBytes(3).toString('hex')}`;
  windlass!: Windlass;
  hosts!: TestHosts;
  private readonly dir = mkdtempSync(join(tmpdir(), 'windlass e2e '));
  readonly shop = Shop.start(join(this.dir, 'shop'));

  private constructor(private readonly variables: Record<string, string>) {}

  /** `variables` are the worker's and the commands', besides those that lead to the parts. */
  static async open(count: number, variables: Record<string, string> = {}): Promise<HostStand> {
    const { engine, registry, images } = parts();
    const stand = new HostStand(variables);
    try {
      stand.hosts = await startHosts(count, { engine, registry, images: [images.base.name, images.proxy.name] });
      await stand.startWorker();
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  /** In place of the one that runs, with other variables. */
  async startWorker(more: Record<string, string> = {}): Promise<void> {
    const { installation, dir, hosts, variables, shop } = this;
    await this.windlass?.stop();
    const own = workerVariables(parts(), { installation, dir, http: '80' });
    const all = { ...own, ...hosts.variables, ...variables, ...more };
    this.windlass = new Windlass(all, shop.dir, join(dir, 'worker.log'), () => undefined);
    await this.windlass.startWorker();
  }

  async close(): Promise<void> {
    await this.windlass?.stop();
    const repositories = [this.app, this.installation].map((name) => `${parts().registry.address}/${name}`);
    await cleanUp(parts().engine.host, this.installation, repositories);
    await this.hosts?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A commit whose page says its version. */
  commit(version: string): string {
    this.shop.write('www/index.html', version);
    return this.shop.commit(version, '--allow-empty');
  }

  release(commit: string): Promise<Ended> {
    return this.windlass.run('release', '--commit', commit, '--by', 'ci@example.com');
  }

  targetOf = ({ ip }: TestHost) => ({ address: `${ip}:80`, host: 'shop.localhost' });

  page = (host: TestHost): Promise<string> => ask(this.targetOf(host));
}

/** What a command printed. */
export const said = ({ stdout, stderr }: Ended) => stdout + stderr;

/** Releases a commit up to the approval, approves it with the command that is printed, and follows it to its end. */
export async function promote({ windlass }: Stage, commit: string): Promise<{ status: number | null; said: string }> {
  const release = ['release', '--commit', commit, '--by', 'ci@example.com'];
  const waits = await windlass.run(...release, '--until', 'awaiting-approval');
  if (waits.status !== 0) return { status: waits.status, said: waits.stdout + waits.stderr };
  const approved = await windlass.run(...(await windlass.approval(commit)), '--by', APPROVER);
  if (approved.status !== 0) return { status: approved.status, said: approved.stdout + approved.stderr };
  const { status, stdout, stderr } = await windlass.run(...release);
  return { status, said: stdout + stderr };
}

/** What runs for the application, as the engine says it: `name id state`, a line each. */
export async function containersOf({ installation, app }: Stage): Promise<string[]> {
  const filters = { label: [`${installation}.app=${app}`] };
  const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
  return containers.map(({ Names, Id, State }) => `${Names[0]} ${Id.slice(0, 12)} ${State}`).sort();
}

/** What the proxy of an engine was told, whenever it was. */
export async function routesOf(dockerHost: string, installation: string): Promise<string> {
  const engine = connectEngine({ name: 'local', address: 'local' }, { dockerHost });
  const script = `cat ${ROUTES_FOLDER}/live/* && stat -c %Y ${ROUTES_FOLDER}/live/*`;
  return (await engine.exec(proxyName(installation), ['sh', '-c', script])).stdout;
}

/** Looks again and again, for at most two minutes; what cannot be looked at yet is not so yet. */
export async function until(look: () => Promise<boolean>, everyMs = 50): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await look().catch(() => false))) {
    if (Date.now() > end) throw new Error('the moment did not come within two minutes');
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** As `until`, of what must be so before something ends: throws the last of what that said when it ends first, and looks no more. */
export async function untilBefore(end: Promise<string>, look: () => Promise<boolean>): Promise<void> {
  let over = false;
  const moment = until(async () => over || (await look()), 10);
  try {
    await before(end, moment);
  } finally {
    over = true;
  }
}

/** Waits for a moment that must come before something ends: throws the last of what that said when it ends first. */
export async function before<T>(end: Promise<string>, moment: Promise<T>): Promise<T> {
  const tooSoon = end.then((text) => {
    throw new Error(`it ended before the moment came:\n${text.trim().split('\n').slice(-20).join('\n')}`);
  });
  return await Promise.race([moment, tooSoon]);
}

export type { ReleaseProgress, RolloutProgress };
