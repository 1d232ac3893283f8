import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sendRequests, type Report } from '../../demo/client';
import { type Boundary, Wire } from '../../chaos/wire';
import { changes, oneEnvironment } from '../../demo/shop';
import type { Stage } from '../../demo/stage';
import { Windlass } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import { releaseId, rolloutId } from '../../src/model/names';
import { describeWith, parts } from '../setup/parts';
import { openRelay } from '../setup/relay';
import { before, openStand, said, untilBefore } from './stand';

/** One environment without approval: the way from the command to the kill is short. */
const MORE = `
    soak: 3s
    verify: [{ http: { service: web, path: /checkout, body: Paid, attempts: 1 } }]`;

type Moment = Omit<Boundary, 'workflowId'>;

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'a worker that is killed', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  let app: string;
  let version = 1;
  let current: string;
  let wire: Wire;

  beforeAll(async () => {
    wire = await Wire.open(parts().temporal.address);
    ({ stage, close } = await openStand('shop', { ...parts().temporal, address: wire.address }));
    app = stage.app;
    stage.shop.write('windlass.yaml', oneEnvironment(app, MORE));
    current = changes.first(stage.shop).slice(0, 10);
    await expectStatus(await release(current), 0);
  });
  afterAll(async () => {
    await close?.();
    wire?.close();
  });

  const release = async (commit: string) =>
    await stage.windlass.run('release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done');
  const expectStatus = async (
    { status, stdout, stderr }: { status: number | null; stdout: string; stderr: string },
    expected: number,
  ) => expect({ status, said: status === expected ? '' : stdout + stderr }).toEqual({ status: expected, said: '' });

  /** Releases a commit under load, kills the worker at this moment, starts another, and waits for the end. */
  async function killAt(commit: string, moment: Moment, expected: number): Promise<Report> {
    const load = sendRequests(stage.production, 50);
    const carrier =
      moment.operation === 'buildImage' ? releaseId(app, commit.slice(0, 10)) : rolloutId(app, 'production');
    const reached = wire.meet({ workflowId: carrier, ...moment });
    const ended = release(commit);
    const met = await before(ended.then(said), reached);
    // what it does must have begun: a build takes five seconds here
    if (moment.operation === 'buildImage') await pause(2_000);
    await stage.windlass.stopWorker('SIGKILL');
    met.letGo();
    await stage.windlass.startWorker();
    await expectStatus(await ended, expected);
    return await load.stop();
  }

  /** What the engine says, not windlass: the releases whose instances exist. */
  async function releasesThatRun(): Promise<string[]> {
    const filters = { label: [`${stage.installation}.app=${app}`, `${stage.installation}.role=instance`] };
    const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    expect(containers.map(({ State }) => State)).toEqual(containers.map(() => 'running'));
    return [...new Set(containers.map(({ Labels }) => Labels[`${stage.installation}.release`] ?? ''))];
  }

  const next = (subject: string) => {
    stage.shop.setVariable('VERSION', String((version += 1)));
    return stage.shop.commit(subject);
  };

  it.each<[string, Moment]>([
    ['build', { operation: 'buildImage', point: 'started' }],
    ['prepare', { operation: 'startInstance', point: 'started' }],
    ['a switch', { operation: 'switchRoutes', point: 'effect done' }],
    ['the soak', { operation: 'watchInstances', point: 'started' }],
  ])('in %s: the release ends as if nothing had happened', async (where, moment) => {
    if (where === 'build')
      stage.shop.edit('api/Dockerfile', 'COPY . .', 'COPY . .\nRUN ["node", "-e", "setTimeout(() => {}, 5000)"]');
    const commit = next(`kill in ${where}`);
    const report = await killAt(commit, moment, 0);
    expect({ failed: report.failures, running: await releasesThatRun() }).toEqual({
      failed: [],
      running: [commit.slice(0, 10)],
    });
    expect(Object.keys(report.answers)).toHaveLength(2);
    current = commit.slice(0, 10);
  });

  it('told to stop while its engine is silent: it ends within ten seconds, and the next one does its work', async () => {
    const { modem } = clientOf(parts().engine.host) as unknown as { modem: Record<string, string> };
    const at = `${stage.windlass.log}.sock`;
    const engine = await openRelay(
      { path: modem['socketPath']!, host: modem['host'], port: Number(modem['port']) },
      at,
    );
    await stage.windlass.stopWorker();
    const variables = { ...stage.variables, DOCKER_HOST: `unix://${at}` };
    const stuck = new Windlass(variables, stage.shop.dir, `${stage.windlass.log}.stuck`, () => undefined);
    stuck.program = stage.windlass.program;
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
      /^worker stopped in the middle of its work, which the next one does again\nworker stopped$/m,
    );
    engine.cut();
    await stage.windlass.startWorker();
    await expectStatus(await ended, 0);
    current = commit.slice(0, 10);
    expect(await releasesThatRun()).toEqual([current]);
  });

  it('in unwinding: the environment is back, as if nothing had happened', async () => {
    changes.broken(stage.shop);
    const commit = next('kill in unwinding');
    const report = await killAt(commit, { operation: 'removeInstance', point: 'started', afterFailed: 'verify' }, 3);
    expect({ failed: report.failures, running: await releasesThatRun() }).toEqual({ failed: [], running: [current] });
  });
});
