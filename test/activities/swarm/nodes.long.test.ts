import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from '../../../parts/find/cache';
import { startSwarm, type TestSwarm } from '../../../parts/host/swarm';
import { isAlive } from '../../../parts/run/processes';
import { sweepLeftovers } from '../../../parts/run/runs';
import type { Made } from '../../../parts/run/undo';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { until } from '../fixtures';

describeWith(['engine', 'registry', 'images', 'swarm'], 'a swarm of test hosts', () => {
  let swarm: TestSwarm;
  afterEach(() => swarm?.stop());

  test('reaches across its nodes, which are told by their ids', async () => {
    const image = parts().images.base.name;
    swarm = await startSwarm(2, { ...parts(), images: [image] });
    const [one, two] = swarm.all.map(({ engine }) => clientOf(engine));
    const nodes = (await one!.listNodes()) as { ID: string; Spec: { Role: string } }[];
    expect(Object.fromEntries(nodes.map(({ ID, Spec }) => [ID, Spec.Role]))).toEqual({
      [swarm.all[0]!.id]: 'manager',
      [swarm.all[1]!.id]: 'worker',
    });
    await one!.createNetwork({ Name: 'between', Driver: 'overlay', Attachable: true });
    const serve = (name: string, node: string) =>
      one!.createService({
        Name: name,
        TaskTemplate: {
          ContainerSpec: { Image: image, Command: ['httpd', '-f', '-p', '80', '-h', '/etc'] },
          Placement: { Constraints: [`node.id==${node}`] },
          Networks: [{ Target: 'between' }],
        },
        EndpointSpec: { Mode: 'dnsrr' },
      } as object);
    await serve('there', swarm.all[1]!.id);
    await until(async () => {
      const container = await one!.createContainer({
        Image: image,
        Cmd: ['sh', '-c', "printf 'GET /passwd HTTP/1.0\\r\\n\\r\\n' | nc there 80 | grep root:"],
        HostConfig: { NetworkMode: 'between' },
      });
      await container.start();
      return ((await container.wait()) as { StatusCode: number }).StatusCode === 0;
    });
    expect(await two!.listContainers()).toHaveLength(1);
  });

  test('is removed by the next run when its own was killed', async () => {
    const module = join(__dirname, '../../../dist/parts/host/swarm.js');
    const from = JSON.stringify({ ...parts(), images: [parts().images.base.name] });
    const script = `require(${JSON.stringify(module)}).startSwarm(2, ${from}).then(() => {
      console.log('up');
      setInterval(() => {}, 1000);
    })`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(createInterface(child.stdout), 'line');
    const runs = join(cacheFolder(), 'runs');
    const record = readdirSync(runs).find((name) => name.startsWith(`${child.pid}-`))!;
    const { made } = JSON.parse(readFileSync(join(runs, record), 'utf8')) as { made: Made[] };
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sweepLeftovers();
    expect(made.filter((thing) => 'pid' in thing && isAlive(thing))).toEqual([]);
    const left = made.filter(
      (thing) =>
        (thing.kind === 'folder' && existsSync(thing.path)) ||
        (thing.kind === 'namespace' && existsSync(`/run/netns/${thing.name}`)),
    );
    expect(left).toEqual([]);
  });
});
