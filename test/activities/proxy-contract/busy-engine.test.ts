import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { hostProxy } from '../../../activities/drivers/proxy/host-proxy';
import { startHosts, type TestHost, type TestHosts } from '../../../parts/host/hosts';
import { describeWith, parts } from '../../setup/parts';
import { until } from '../fixtures';
import { startLoad } from '../load';
import { TESTED } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };
const PLACE = { installation: 'windlass', app: 'shop', environment: 'staging' };
/** Longer than a proxy waits for a name that nobody knows. */
const BUSY_MS = 8_000;

/** The engine knows the addresses of containers: nginx asks for them more often than others. */
describeWith(['engine', 'registry', 'images', 'nginx', 'hosts'], 'an engine that does not answer for a while', () => {
  let hosts: TestHosts;
  let host: TestHost;
  beforeAll(async () => {
    const images = [parts().images.base.name, parts().nginx.name];
    hosts = await startHosts(1, { ...parts(), images });
    host = hosts.all[0]!;
  });
  afterAll(() => hosts?.stop());

  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    const folder = dirname(host.engine.replace('unix://', ''));
    process.kill(Number(readFileSync(join(folder, 'dockerd.pid'), 'utf8')), name);
  };

  test('holds up a request each second, and loses none', async () => {
    const engine = connectEngine({ name: 'local', address: 'local' }, { dockerHost: host.engine });
    const { proxyKind: kind, proxyImage: image } = TESTED.nginx.settings();
    await hostProxy.ensure(engine, { installation: PLACE.installation, kind, image, http: '80' });
    const config = { HostConfig: { Init: true }, Cmd: ['sh', '-c', 'mkdir /www && exec httpd -f -h /www'] };
    const networks = [{ name: PLACE.installation, aliases: [] }];
    await engine.createContainer({ name: 'web', image: parts().images.base.name, labels: {}, config, networks });
    await engine.startContainer('web');
    await engine.exec('web', ['sh', '-c', 'echo page > /www/index.html']);
    const routes = [{ ...ROUTE, instances: ['web'] }];
    await hostProxy.setRoutes(engine, PLACE, { counter: 1, release: 'r', routes });
    const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
    await until(async () => (await hostProxy.ask(engine, PLACE.installation, question, 2_000))?.status === 200);

    const load = startLoad({ host: host.ip, port: 80, hostname: ROUTE.host }, ['/'], 50);
    await pause(1_000);
    signal('SIGSTOP');
    await pause(BUSY_MS);
    signal('SIGCONT');
    const { sent, failed, answers } = await load.stop();
    expect(failed).toEqual({});
    expect(answers).toEqual({ page: sent });
    expect(sent).toBeGreaterThan(100);
  });
});
