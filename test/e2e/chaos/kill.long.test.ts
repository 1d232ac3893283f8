import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sendRequests, type Report } from '../../../lab/traffic/client';
import { type Boundary, Wire } from '../../../lab/faults/wire';
import { changes, oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { Windlass } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import { releaseId, rolloutId } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { openRelay } from '../../setup/relay';
import { before, openTestBed, said, untilBefore } from '../test-bed';

/** One environment without approval: the way from the command to the kill is short. */
const MORE = `
    soak: 3s
    verify: [{ http: { service: web, path: /checkout, body: Paid, attempts: 1 } }]`;

type Moment = Omit<Boundary, 'workflowId'>;

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'a worker that is killed', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let app: string;
  let version = 1;
  let wire: Wire;

  beforeAll(async () => {
    wire = await Wire.open(parts().temporal.address);
    ({ bed, close } = await openTestBed('shop', { temporal: { ...parts().temporal, address: wire.address } }));
    app = bed.app;
    bed.shop.write('windlass.yaml', oneEnvironment(app, MORE));
    await expectStatus(await release(changes.first(bed.shop)), 0);
  });
  // A test that failed has left none.
  afterEach(async () => {
    await bed.windlass.stopWorker('SIGKILL');
    await bed.windlass.startWorker();
  });
  afterAll(async () => {
    await close?.();
    wire?.close();
  });

  const release = async (commit: string) =>
    await bed.windlass.run('release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done');
  const expectStatus = async (
    { status, stdout, stderr }: { status: number | null; stdout: string; stderr: string },
    expected: number,
  ) => expect({ status, said: status === expected ? '' : stdout + stderr }).toEqual({ status: expected, said: '' });

  /** Releases a commit under load, kills the worker at this moment, starts another, and waits for the end. */
  async function killAt(commit: string, moment: Moment, expected: number): Promise<Report> {
    const load = sendRequests(bed.production, 50);
    const carrier =
      moment.operation === 'buildImage' ? releaseId(app, commit.slice(0, 10)) : rolloutId(app, 'production');
    const reached = wire.meet({ workflowId: carrier, ...moment });
    const ended = release(commit);
    const met = await before(ended.then(said), reached);
    // what it does must have begun: a build takes five seconds here
    if (moment.operation === 'buildImage') await pause(2_000);
    await bed.windlass.stopWorker('SIGKILL');
    met.letGo();
    await bed.windlass.startWorker();
    await expectStatus(await ended, expected);
    return await load.stop();
  }

  /** What the engine says, not windlass: the releases whose instances exist. */
  async function releasesThatRun(): Promise<string[]> {
    const filters = { label: [`${bed.installation}.app=${app}`, `${bed.installation}.role=instance`] };
    const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    expect(containers.map(({ State }) => State)).toEqual(containers.map(() => 'running'));
    return [...new Set(containers.map(({ Labels }) => Labels[`${bed.installation}.release`] ?? ''))];
  }

  const next = (subject: string) => {
    bed.shop.setVariable('VERSION', String((version += 1)));
    return bed.shop.commit(subject);
  };

  it.each<[string, Moment]>([
    ['build', { operation: 'buildImage', point: 'started' }],
    ['prepare', { operation: 'startInstances', point: 'started' }],
    ['a switch', { operation: 'switchRoutes', point: 'effect done' }],
    ['the soak', { operation: 'watchInstances', point: 'started' }],
  ])('in %s: the release ends as if nothing had happened', async (where, moment) => {
    if (where === 'build')
      bed.shop.edit('api/Dockerfile', 'COPY . .', 'COPY . .\nRUN ["node", "-e", "setTimeout(() => {}, 5000)"]');
    const commit = next(`kill in ${where}`);
    const report = await killAt(commit, moment, 0);
    expect({ failed: report.failures, running: await releasesThatRun() }).toEqual({
      failed: [],
      running: [commit.slice(0, 10)],
    });
    expect(Object.keys(report.answers)).toHaveLength(2);
  });

  it('told to stop while its engine is silent: it ends within ten seconds, and the next one does its work', async () => {
    const { modem } = clientOf(parts().engine.host) as unknown as { modem: Record<string, string> };
    const at = `${bed.windlass.log}.sock`;
    const engine = await openRelay(
      { path: modem['socketPath']!, host: modem['host'], port: Number(modem['port']) },
      at,
    );
    await bed.windlass.stopWorker();
    const variables = { ...bed.variables, DOCKER_HOST: `unix://${at}` };
    const stuck = new Windlass(variables, bed.shop.dir, `${bed.windlass.log}.stuck`, () => undefined);
    stuck.program = bed.windlass.program;
    await stuck.startWorker();
    engine.beSilentAt('/containers/create');
    const commit = next('stop beside a silent engine');
    const ended = release(commit);
    await untilBefore(ended.then(said), async () => engine.isSilent());
    const began = Date.now();
    await stuck.stop();
    // eight, and what a busy machine adds; the engine's own silence would be waited for a minute
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(readFileSync(stuck.log, 'utf8')).toMatch(
      /^worker stopped while busy; the next worker repeats that work\nworker stopped$/m,
    );
    engine.cut();
    await bed.windlass.startWorker();
    await expectStatus(await ended, 0);
    expect(await releasesThatRun()).toEqual([commit.slice(0, 10)]);
  });

  it('in unwinding: the environment is back, as if nothing had happened', async () => {
    const running = await releasesThatRun();
    changes.broken(bed.shop);
    const commit = next('kill in unwinding');
    const report = await killAt(commit, { operation: 'removeInstances', point: 'started', afterFailed: 'verify' }, 3);
    expect({ failed: report.failures, running: await releasesThatRun() }).toEqual({ failed: [], running });
  });
});
