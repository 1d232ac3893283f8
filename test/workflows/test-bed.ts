import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type WorkflowHandle, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { Decision } from '../../src/model/approval/decision';
import type { EnvironmentState } from '../../src/model/environment/environment';
import { environmentId, releaseId, rolloutId } from '../../src/model/names';
import type { ReleaseProgress, RolloutProgress, Waiting } from '../../src/model/environment/progress';
import { storeHistory } from '../replay/histories';
import { testServer } from '../setup/server';
import { twoEnvironments, Simulation } from './simulation';

/** `until` waits for a minute, and says for what. */
jest.setTimeout(180_000);
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } } });

/** The workflows as `ready` has bundled them once for all; or those of another path, bundled now, which takes seconds. */
export const bundle = async (workflowsPath?: string): Promise<WorkflowBundleOption> =>
  workflowsPath
    ? await bundleWorkflowCode({ workflowsPath, logger })
    : { codePath: join(__dirname, '../../dist/workflows.bundle.js') };

/** A worker over simulated hosts on the real server; application and task queue are its own. */
export class TestBed {
  readonly app = `shop-${randomUUID().slice(0, 8)}`;
  private constructor(
    readonly server: TestWorkflowEnvironment,
    readonly simulation: Simulation,
    private readonly forgets: boolean,
    private readonly connection: NativeConnection,
  ) {}

  /**
   * Runs a test with a worker, and ends whatever the test left. One that `forgets` keeps no workflow in memory: each goes on from
   * its replayed history, as after a crash, whatever it is told. The worker may have a way of its own to the server.
   */
  static async run(
    workflowBundle: WorkflowBundleOption,
    test: (h: TestBed) => Promise<void>,
    simulation = new Simulation(twoEnvironments()),
    forgets = false,
    connection?: NativeConnection,
  ): Promise<void> {
    await TestBed.builds([[workflowBundle, test]], simulation, forgets, connection);
  }

  /** One build of windlass after the other, each with its part of the test, over the same simulated hosts. */
  static async builds(
    builds: [WorkflowBundleOption, (h: TestBed) => Promise<void>][],
    simulation = new Simulation(twoEnvironments()),
    forgets = false,
    connection?: NativeConnection,
  ): Promise<void> {
    const server = await testServer();
    const bed = new TestBed(server, simulation, forgets, connection ?? server.nativeConnection);
    try {
      for (const [workflowBundle, test] of builds) {
        const worker = await bed.worker(workflowBundle);
        await worker.runUntil(test(bed));
      }
    } finally {
      await bed.end();
      await bed.server.teardown();
    }
  }

  worker(workflowBundle: WorkflowBundleOption): Promise<Worker> {
    return Worker.create({
      connection: this.connection,
      taskQueue: this.app,
      workflowBundle,
      activities: this.simulation.activities(this.server.client, this.app),
      ...(this.forgets && { maxCachedWorkflows: 0 }),
      maxHeartbeatThrottleInterval: '200ms',
      defaultHeartbeatThrottleInterval: '200ms',
    });
  }

  async release(release: string, startedBy = 'ci@example.com', url = '/src'): Promise<WorkflowHandle> {
    const source = { url, commit: release.repeat(10) };
    const args = [{ app: this.app, release, source, startedBy }];
    return await this.server.client.workflow.start('release', {
      workflowId: releaseId(this.app, release),
      taskQueue: this.app,
      args,
    });
  }

  /** Releases, approves, and waits for the end. */
  async releaseAll(release: string): Promise<ReleaseProgress> {
    const handle = await this.release(release);
    await this.approve(handle);
    return (await handle.result()) as ReleaseProgress;
  }

  async approve(handle: WorkflowHandle, more: Partial<Decision> = {}): Promise<string> {
    const waiting = await this.untilWaiting(handle, 'approval');
    const decision = {
      environment: 'production',
      plan: waiting.plan,
      decision: 'approve',
      by: 'ana@example.com',
      id: randomUUID(),
      ...more,
    };
    return await handle.executeUpdate<string, [unknown]>('decide', { args: [decision] });
  }

  async untilWaiting<Kind extends Waiting['kind']>(
    handle: WorkflowHandle,
    kind: Kind,
  ): Promise<Extract<Waiting, { kind: Kind }>> {
    return await until(async () => {
      const { waitingFor } = await this.progress(handle);
      return waitingFor?.kind === kind ? (waitingFor as Extract<Waiting, { kind: Kind }>) : undefined;
    });
  }

  /** Keeps the histories of this release, and of where it went, for the replay tests when they are to be recorded again (see test/replay). */
  async keep(kind: string, handle: WorkflowHandle, environment = 'production'): Promise<void> {
    await this.store(['rollback', 'eject'].includes(kind) ? kind : `${kind}-release`, handle);
    await this.store(`${kind}-environment`, this.environment(environment));
    await this.store(`${kind}-rollout`, this.rollout(environment));
  }

  /** Keeps one of them. */
  async store(name: string, handle: WorkflowHandle): Promise<void> {
    if (process.env['WINDLASS_RECORD']) await storeHistory(name, await handle.fetchHistory());
  }

  progress = async (handle: WorkflowHandle) => await handle.query<ReleaseProgress>('progress');
  environment = (name: string) => this.server.client.workflow.getHandle(environmentId(this.app, name));
  state = async (name: string) => await this.environment(name).query<EnvironmentState>('state');
  handle = (release: string) => this.server.client.workflow.getHandle(releaseId(this.app, release));
  rollout = (name: string) => this.server.client.workflow.getHandle(rolloutId(this.app, name));
  rolloutProgress = async (name: string) => await this.rollout(name).query<RolloutProgress>('progress');

  private async end(): Promise<void> {
    for (const name of ['staging', 'production'])
      await this.environment(name)
        .terminate()
        .catch(() => undefined);
  }
}

/** Asks again and again until there is an answer; at most a minute. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited for a minute in vain');
}

/** A gate in a simulated operation: it is reached, and goes on when it is opened or cancelled. */
export function barrier(): { reached: Promise<void>; wait: (signal?: AbortSignal) => Promise<void>; open: () => void } {
  let reach = () => undefined as void;
  let open = () => undefined as void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const wait = async (signal?: AbortSignal) => {
    reach();
    const aborted = new Promise<void>((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('aborted'))),
    );
    await Promise.race([opened, aborted]);
  };
  return { reached, wait, open };
}

/** What a refused update says to its sender. */
export const refusal = async (update: Promise<unknown>): Promise<string> =>
  await update.then(
    () => 'was accepted',
    (error: unknown) => (error instanceof WorkflowUpdateFailedError ? String(error.cause?.message) : String(error)),
  );

/** How a release ended that did not succeed, and why. */
export const failure = async (result: Promise<unknown>): Promise<string> =>
  await result.then(
    () => 'succeeded',
    (error: unknown) =>
      error instanceof WorkflowFailedError
        ? `${(error.cause as { type?: string }).type}: ${error.cause?.message}`
        : String(error),
  );
