import { setTimeout as pause } from 'node:timers/promises';
import type { ApplicationFailure } from '@temporalio/common';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { CommonOperations } from '../../src/model/operations/common';
import type { Service } from '../../src/model/service';

/** One empty target of a kind, and how a test works on it. */
export interface ContractBed {
  release(name: string, environment: Partial<EnvironmentRecord>): void;
  service(name: string, overrides?: Partial<Service>): Service;
  perform<Name extends keyof CommonOperations>(
    name: Name,
    input: Omit<CommonOperations[Name], 'target'>,
    options?: { counter?: number },
  ): Promise<void>;
  /** By operations of the kind: everything that these services of a release need before they start. */
  prepare(release: string, services: string[]): Promise<void>;
  /** By operations of the kind: what `prepare` made goes, once no instance is left. */
  close(release: string): Promise<void>;
  /** The undos that this kind alone has. */
  undoNothing(): Promise<void>;
  /** While `work` runs, nobody can reach the target. */
  whileAway<T>(work: () => Promise<T>): Promise<T>;
  see(): Promise<Seen>;
  cleanUp(): Promise<void>;
}

/** What is seen of the environment, in the words that fit every kind. */
export interface Seen {
  /** By service and release; `id` tells one from another that took its place. */
  instances: { service: string; release: string; runs: boolean; id: string }[];
  routes?: { release?: string; counter: number };
  /** The releases of which anything is there, with instances or without. */
  releases: string[];
}

const SERVICES = ['web', 'jobs'];
const web = (release: string) => ({ release, service: 'web' });

/** What the drivers of all kinds of targets have in common. */
export function contract(open: () => Promise<ContractBed>): void {
  let bed: ContractBed;
  beforeAll(async () => {
    bed = await open();
    const routes = [{ service: 'web', host: 'contract.localhost', path: '/', port: 80 }];
    // However busy the machine is.
    const healthyWithinMs = 60_000;
    const services = [
      bed.service('web', { replicas: 3, healthyWithinMs }),
      bed.service('jobs', { kind: 'background', healthyWithinMs }),
    ];
    const check = (command: string) => ({ kind: 'run' as const, service: 'web', command: [command], within: 20_000 });
    const verifications = ['true', 'false'].map((command) => ({ ...check(command), title: command }));
    const damaged = { ...bed.service('web'), image: `missing@sha256:${'0'.repeat(64)}` };
    bed.release('one', { services, routes, verifications });
    bed.release('two', { services, routes });
    bed.release('damaged', { services: [damaged], routes });
  });
  afterAll(() => bed?.cleanUp());

  const start = async (release: string) => {
    await bed.prepare(release, SERVICES);
    await bed.perform('startInstances', { ...web(release), count: 3 });
    await bed.perform('startInstances', { release, service: 'jobs', count: 1 });
  };
  /** What a test begins from, whichever was before it; what runs already stays. */
  const begin = async () => {
    await start('one');
    await bed.prepare('two', ['web']);
    await bed.perform('startInstances', { ...web('two'), count: 1 });
  };
  const remove = async (release: string) => {
    for (const service of SERVICES) await bed.perform('removeInstances', { release, service, left: 0 });
    await bed.close(release);
  };
  const running = async (release: string) =>
    (await bed.see()).instances
      .filter((one) => one.release === release && one.runs)
      .map(({ service }) => service)
      .sort();

  it('does nothing when it undoes what was never done', async () => {
    const before = await bed.see();
    await bed.perform('stopInstances', { ...web('one'), left: 0 });
    await bed.perform('removeInstances', { ...web('one'), left: 0 });
    await bed.perform('switchRoutes', { release: undefined });
    await bed.undoNothing();
    await bed.close('one');
    expect(await bed.see()).toEqual(before);
  });

  it('observes what it has done, and converges when it is asked again', async () => {
    await start('one');
    await bed.perform('switchRoutes', { release: 'one' }, { counter: 1 });
    const found = await bed.see();
    expect(await running('one')).toEqual(['jobs', 'web', 'web', 'web']);
    expect(found).toMatchObject({ releases: ['one'], routes: { release: 'one', counter: 1 } });
    await start('one');
    await bed.perform('switchRoutes', { release: 'one' }, { counter: 1 });
    expect(await bed.see()).toEqual(found);
    await bed.perform('watchInstances', { release: 'one', forMs: 100 });
  });

  it('counts: those that run stay, and the last ones stop and go first', async () => {
    await start('one');
    const isOne = (one: Seen['instances'][number]) => one.service === 'web' && one.release === 'one';
    const ids = async () => (await bed.see()).instances.filter(isOne).map(({ id }) => id);
    const before = await ids();
    await bed.perform('stopInstances', { ...web('one'), left: 2, drain: true });
    expect(await running('one')).toEqual(['jobs', 'web', 'web']);
    await bed.perform('removeInstances', { ...web('one'), left: 1 });
    const [kept, ...others] = await ids();
    expect([before.includes(kept!), others]).toEqual([true, []]);
    await bed.perform('startInstances', { ...web('one'), count: 2 });
    expect(await ids()).toContain(kept);
    expect(await running('one')).toEqual(['jobs', 'web', 'web']);
  });

  it('does once what two attempts do at the same time', async () => {
    await bed.prepare('two', ['web']);
    const begin = () => bed.perform('startInstances', { ...web('two'), count: 1 });
    // The second may find the first one's instance half made: it is transient, and Temporal tries again, after a pause.
    const attempt = (retries = 20): Promise<void> =>
      begin().catch(async (error: ApplicationFailure) => {
        if (error.type !== 'Transient' || retries === 0) throw error;
        await pause(250);
        return attempt(retries - 1);
      });
    await Promise.all([attempt(), attempt()]);
    expect(await running('two')).toEqual(['web']);
    expect((await bed.see()).instances.filter(({ release }) => release === 'two')).toHaveLength(1);
  });

  it('lets the newer of two rollouts win that move traffic at the same time', async () => {
    await begin();
    const move = (release: string, counter: number) => bed.perform('switchRoutes', { release }, { counter });
    const [, newer] = await Promise.allSettled([move('two', 2), move('one', 3)]);
    expect(newer).toMatchObject({ status: 'fulfilled' });
    expect((await bed.see()).routes).toEqual({ release: 'one', counter: 3 });
  });

  it('refuses an older rollout by its fencing token, and changes nothing then', async () => {
    await begin();
    await bed.perform('switchRoutes', { release: 'two' }, { counter: 5 });
    const refused = await failureOf(bed.perform('switchRoutes', { release: 'one' }, { counter: 4 }));
    expect(refused).toMatchObject({ type: 'Permanent', message: expect.stringContaining('rollout 5') });
    expect((await bed.see()).routes).toEqual({ release: 'two', counter: 5 });
    await bed.perform('switchRoutes', { release: 'one' }, { counter: 6 });
  });

  it('tells a verification that passes from one that fails', async () => {
    await start('one');
    await bed.perform('verify', { release: 'one', index: 0, title: 'true' });
    const failed = await failureOf(bed.perform('verify', { release: 'one', index: 1, title: 'false' }));
    expect(failed).toMatchObject({ type: 'Permanent', message: expect.stringContaining('"false" failed') });
  });

  it('tells a verification that could not run from one that fails, so that it is tried again', async () => {
    await start('one');
    const verify = () => bed.perform('verify', { release: 'one', index: 0, title: 'true' });
    const errored = await bed.whileAway(() => failureOf(verify()));
    expect(errored).toMatchObject({ type: 'Transient', message: expect.stringContaining('"true" could not run: ') });
    await verify();
  });

  it('tells what failed or is missing, and never reports it as done', async () => {
    await start('one');
    await bed.perform('stopInstances', { ...web('one'), left: 0 });
    const failed = bed.perform('watchInstances', { release: 'one', forMs: 100 });
    expect(await failureOf(failed)).toMatchObject({ type: 'Permanent', message: expect.stringContaining('web') });
    await bed.prepare('damaged', []);
    const missing = bed.perform('startInstances', { ...web('damaged'), count: 1 });
    expect(await failureOf(missing)).toMatchObject({ message: expect.stringContaining('image') });
    const unknown = bed.perform('startInstances', { release: 'one', service: 'none', count: 1 });
    expect(await failureOf(unknown)).toMatchObject({ type: 'Permanent', message: expect.stringContaining('none') });
  });

  it('removes what it made, and nothing of another release', async () => {
    await begin();
    await bed.perform('switchRoutes', { release: undefined }, { counter: 7 });
    await remove('damaged');
    await remove('one');
    const found = await bed.see();
    expect(found.instances.map(({ release }) => release)).toEqual(['two']);
    expect(found.releases).toEqual(['two']);
    await remove('two');
    expect(await bed.see()).toMatchObject({ instances: [], releases: [] });
  });
}

const failureOf = (promise: Promise<unknown>): Promise<ApplicationFailure | string> =>
  promise.then(
    () => 'it succeeded',
    (error: ApplicationFailure) => error,
  );
