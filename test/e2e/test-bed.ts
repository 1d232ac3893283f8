import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { ROUTES_FOLDER } from '../../activities/drivers/proxy/lifecycle/container';
import { cleanUp } from '../../lab/clean-up';
import { ask } from '../../lab/traffic/client';
import { type Example, root, Shop } from '../../lab/shop';
import { TestBed } from '../../lab/test-bed';
import { type Ended, type ProxyPart, Windlass, workerVariables } from '../../lab/windlass';
import { clientOf } from '../../parts/server/engine-client';
import { startHosts, type TestHost, type TestHosts } from '../../parts/host/hosts';
import { withLock } from '../../parts/run/lock';
import type { EnvironmentState } from '../../src/model/environment/environment';
import type { ReleaseProgress, RolloutProgress } from '../../src/model/environment/progress';
import { proxyName } from '../../src/model/names';
import { parts, type SharedParts } from '../setup/parts';

export const APPROVER = 'release-manager@example.com';

/** A test here releases several times, for real; on a busy machine each takes half a minute. */
jest.setTimeout(480_000);

/** Opens a bed for the tests of a file, with windlass installed as a person installs it; `temporal` is where it finds the server. */
export async function openTestBed(
  example: Example = 'shop',
  {
    temporal = parts().temporal,
    proxy,
    variables,
  }: { temporal?: SharedParts['temporal']; proxy?: ProxyPart; variables?: Record<string, string> } = {},
): Promise<{ bed: TestBed; close: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'windlass e2e '));
  const bed = await TestBed.open({ ...parts(), temporal }, dir, {
    print: () => undefined,
    example,
    proxy,
    app: `${example}${randomBytes(2).toString('hex')}`,
    variables,
  });
  bed.windlass.program = await installedProgram();
  const close = async () => {
    await bed.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { bed, close };
}

/** The program as a person installs it, once for all tests of a run. */
export async function installedProgram(): Promise<string> {
  const prefix = join(parts().dir, 'installed');
  const program = join(prefix, 'bin/windlass');
  await withLock(`${prefix}.lock`, async () => {
    if (existsSync(program)) return;
    execFileSync('npm', ['install', '--global', '--prefix', prefix, root()], { stdio: 'ignore' });
  });
  return program;
}

/** Hosts over SSH, a repository for an application of its own, and a worker that releases it to them. */
export class HostsTestBed {
  readonly app = `shop${randomBytes(2).toString('hex')}`;
  readonly installation = `windlass-${randomBytes(3).toString('hex')}`;
  windlass!: Windlass;
  hosts!: TestHosts;
  private readonly dir = mkdtempSync(join(tmpdir(), 'windlass e2e '));
  readonly shop = Shop.start(join(this.dir, 'shop'));

  private constructor(private readonly variables: Record<string, string>) {}

  /** `variables` are the worker's and the commands', besides those that lead to the parts; `start` makes the hosts. */
  static async open(
    count: number,
    variables: Record<string, string> = {},
    start: typeof startHosts = startHosts,
  ): Promise<HostsTestBed> {
    const { engine, registry, images } = parts();
    const bed = new HostsTestBed(variables);
    try {
      bed.hosts = await start(count, { engine, registry, images: [images.base.name, images.proxy.name] });
      await bed.startWorker();
      return bed;
    } catch (error) {
      await bed.close();
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

  /** The image of a service that is not built; `pushStore` puts it into the registry. */
  get store() {
    return `${parts().registry.address}/${this.installation}/store:1`;
  }

  async pushStore(): Promise<void> {
    const builder = connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts().engine.host });
    const [, repository, tag] = /^(.*):(.*)$/.exec(this.store)!;
    await builder.tagImage(parts().images.base.name, repository!, tag!);
    await builder.pushImage(repository!, tag!, undefined);
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

/** Releases a commit to its end, with further options; what it said, whole. */
export async function releaseOf({ windlass }: Pick<TestBed, 'windlass'>, commit: string, ...more: string[]) {
  const ended = await windlass.run('release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done', ...more);
  return { status: ended.status, said: said(ended) };
}

/** Releases a commit to its end, and approves it with the command that is printed where an approval is asked for. */
export async function promote(
  { windlass }: { windlass: Windlass },
  commit: string,
): Promise<{ status: number | null; said: string }> {
  const release = ['release', '--commit', commit, '--by', 'ci@example.com'];
  const begun = await windlass.run(...release, '--until', 'awaiting-approval');
  const { waitingFor } = begun.status === 0 ? await windlass.progress(commit) : {};
  if (waitingFor?.kind !== 'approval') return { status: begun.status, said: said(begun) };
  const approved = await windlass.run(...(await windlass.approval(commit)), '--by', APPROVER);
  if (approved.status !== 0) return { status: approved.status, said: said(approved) };
  const ended = await windlass.run(...release);
  return { status: ended.status, said: said(ended) };
}

/**
 * What a test begins from: production serves this release (a commit), and nothing is on its way. Does nothing where that
 * is so, else releases the commit or goes back to it; so each test can be run alone, and one that failed spoils no other.
 */
export async function serving(bed: { windlass: Windlass }, commit: string, operator = APPROVER): Promise<void> {
  const release = commit.slice(0, 10);
  const { environments = [] } = await bed.windlass.read<{ environments?: Partial<EnvironmentState>[] }>('status');
  const production = environments.find(({ environment }) => environment === 'production');
  if (production?.current?.release === release && !production.running && !production.queue?.length) return;
  const back = ['rollback', 'production', release, '--by', operator, '--reason', 'a test begins here'];
  const wasThere = production?.committed?.some((one) => one.release === release);
  const { status, said: words } = wasThere ? await outcome(bed.windlass.run(...back)) : await promote(bed, commit);
  if (status !== 0) throw new Error(`production does not serve ${release}, from which a test begins:\n${words}`);
}

/** How a command ended, and what it printed. */
export const outcome = async (run: Promise<Ended>) => ({ status: (await run).status, said: said(await run) });

/** What runs for the application, as the engine says it: `name id state`, a line each. */
export async function containersOf({ installation, app }: TestBed): Promise<string[]> {
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
