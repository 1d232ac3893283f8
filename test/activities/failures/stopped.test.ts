import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as listen, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { closeConnections } from '../../../activities/drivers/ssh/connections';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { currentWatch, withHeartbeat } from '../../../activities/heartbeat';
import { createPlanningActivities } from '../../../activities/planning';
import { loadRecord } from '../../../activities/records/load-record';
import type { PlanningDeps } from '../../../activities/decisions/demand';
import { openDrivers } from '../../../activities/targets';
import { SecretReader } from '../../../activities/secrets';
import { readSettings } from '../../../activities/settings';
import { createSourceActivities } from '../../../activities/source';
import { identify } from '../../../parts/run/processes';
import type { RecordRef } from '../../../src/model/release';
import { environment, record, service } from '../../src/plan/fixtures';
import { failureOf, makeFolder, until } from '../fixtures';

/** Sooner than anything that is waited for would end by itself: a host 15 s, a registry 30 s, a command 10 s. */
const AT_ONCE_MS = 9_000;

const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

/** Somebody who takes calls and says nothing. */
async function silent(server: Server = listen()) {
  const calls = new Set<Socket>();
  server.on('connection', (socket) => {
    calls.add(socket);
    socket.resume().on('error', () => undefined);
    socket.on('close', () => calls.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of calls) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** Begins an activity, stops it as soon as it is where it waits, and says how it ended, and after how long. */
async function stopWhen<Input>(action: (input: Input) => Promise<unknown>, input: Input, waits: () => boolean) {
  const running = begin(action, input);
  await until(async () => waits());
  return await running.stop();
}

function begin<Input>(action: (input: Input) => Promise<unknown>, input: Input) {
  const activity = new MockActivityEnvironment();
  const ended = activity.run(withHeartbeat(action), input).then(
    () => 'done',
    (error: Error) => error.name,
  );
  const stop = async () => {
    const began = Date.now();
    activity.cancel('CANCELLED');
    return { ended: await ended, soon: Date.now() - began < AT_ONCE_MS };
  };
  return { ended, stop };
}

async function soon(isSo: () => boolean): Promise<void> {
  const began = Date.now();
  await until(async () => isSo());
  expect(Date.now() - began).toBeLessThan(AT_ONCE_MS);
}

const GIVEN_UP = { ended: 'CancelledFailure', soon: true };

describe('an activity that is stopped gives up at once', () => {
  const settings = { ...readSettings({}), cache: makeFolder({}), data: makeFolder({}) };
  const deps = (more: Partial<PlanningDeps>): PlanningDeps => ({
    settings,
    loadRecord,
    loadFile: () => Promise.reject(new Error('no file is asked for')),
    neededElsewhere: () => Promise.resolve([]),
    drivers: openDrivers(settings),
    claim: () => Promise.resolve(true),
    committedOn: () => Promise.resolve(undefined),
    ...more,
  });
  const ref = (address: string): RecordRef => ({ app: 'shop', release: 'r', registry: { address }, digest: address });
  const plan = (more: Partial<PlanningDeps>, of: RecordRef) => () =>
    createPlanningActivities(deps(more)).planRollout({
      app: 'shop',
      environment: 'staging',
      kind: 'release',
      record: of,
      keep: [],
      ran: {},
      asks: true,
    });
  const onRecord = (more: Parameters<typeof environment>[1]) => ({
    loadRecord: () => Promise.resolve(record('r', environment([service('web')], { name: 'staging', ...more }))),
  });

  test('a plan for a host that is silent, and ending the connections lets the host go', async () => {
    const host = await silent();
    const hosts = [{ kind: 'docker' as const, name: 'one', address: `ssh://root@${host.address}` }];
    expect(
      await stopWhen(plan(onRecord({ targets: hosts }), ref('none')), undefined, () => host.calls.size > 0),
    ).toEqual(GIVEN_UP);
    closeConnections();
    await soon(() => host.calls.size === 0);
  });

  test('a plan for a release whose registry is silent, unless somebody else needs the record', async () => {
    const registry = await silent(createServer());
    const asks = plan({}, ref(registry.address));
    const other = begin(asks, undefined);
    expect(await stopWhen(asks, undefined, () => registry.calls.size > 0)).toEqual(GIVEN_UP);
    const [call] = registry.calls;
    await pause(200);
    expect(call?.destroyed).toBe(false);
    expect(await other.stop()).toEqual(GIVEN_UP);
    await soon(() => call!.destroyed);
  });

  test('a plan whose secret is printed by a command, which is ended with what it has started', async () => {
    const folder = makeFolder({});
    process.env['WINDLASS_SECRET_COMMANDS'] = '/bin/sh';
    const exec = ['/bin/sh', '-c', 'sleep 60 & echo $! > "$0/child"; wait', folder];
    const web = service('web');
    web.container.environment = { PASSWORD: '{{secret:DB}}' };
    const world = {
      loadRecord: () =>
        Promise.resolve(record('r', environment([web], { name: 'staging', secrets: { DB: { exec } } }))),
    };
    const child = () => (existsSync(`${folder}/child`) ? Number(readFileSync(`${folder}/child`, 'utf8')) : 0);
    expect(await stopWhen(plan(world, ref('none')), undefined, () => child() > 0)).toEqual(GIVEN_UP);
    await soon(() => identify(child()) === undefined);
    delete process.env['WINDLASS_SECRET_COMMANDS'];
  });

  test('a command in a container, when the engine does not say that it has begun', async () => {
    const hears = (asked: IncomingMessage, answer: ServerResponse) =>
      asked.url!.endsWith('/exec') && answer.writeHead(201).end('{"Id":"one"}');
    const engine = await silent(createServer(hears));
    const { exec } = connectEngine({ name: 'one', address: 'local' }, { dockerHost: `tcp://${engine.address}` });
    const run = () => exec('web', ['true'], { signal: currentWatch().signal });
    const isAsked = () => engine.calls.size > 0;
    expect(await stopWhen(run, undefined, isAsked)).toEqual(GIVEN_UP);
    expect(await failureOf(exec('web', ['true'], { timeoutMs: 100 }))).toMatchObject({ kind: 'timeout', host: 'one' });
  });

  test('a checkout that waits for another one, which goes on', async () => {
    const server = await silent(createServer());
    const source = { url: `http://${server.address}/shop.git`, commit: 'a'.repeat(40) };
    const { checkSource } = createSourceActivities({ settings, drivers: openDrivers(settings) }).activities;
    const input = { app: 'shop', release: 'r', source, startedBy: 'ann' };
    const first = begin(checkSource, input);
    await until(async () => server.calls.size > 0);
    const second = begin(checkSource, input);
    await pause(1_000);
    expect(await second.stop()).toEqual(GIVEN_UP);
    expect(server.calls.size).toBe(1);
    expect(await first.stop()).toEqual(GIVEN_UP);
    await soon(() => server.calls.size === 0);
  });
});

test('a command that two wait for goes on for the one that stays', async () => {
  const folder = makeFolder({});
  const exec = ['/bin/sh', '-c', 'echo > "$0/begun"; while [ ! -e "$0/go" ]; do sleep 0.05; done; echo canary', folder];
  const [goes, stays] = [new AbortController(), new AbortController()];
  const read = ({ signal }: AbortController) =>
    new SecretReader({ PATH: process.env['PATH'], WINDLASS_SECRET_COMMANDS: '/bin/sh' }, false, signal).value(
      { exec },
      'db',
    );
  const values = [read(goes), read(stays)];
  await until(async () => existsSync(`${folder}/begun`));
  goes.abort(new Error('enough'));
  await expect(values[0]).rejects.toThrow('enough');
  writeFileSync(`${folder}/go`, '');
  expect(await values[1]).toBe('canary');
});
