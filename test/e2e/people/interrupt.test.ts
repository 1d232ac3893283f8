import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { EXIT } from '../../../cli/exit';
import { Shop } from '../../../lab/shop';
import { Windlass } from '../../../lab/windlass';
import { freePort } from '../../../parts/run/ports';
import { releaseId } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { openRelay } from '../../setup/relay';
import { testServer } from '../../setup/server';
import { temporaryFolder } from '../../setup/temporary';
import { until } from '../test-bed';

describeWith(['temporal'], 'Ctrl-C while a release is followed', () => {
  it('says how to go on, though Temporal is away and calls are about to be tried again', async () => {
    const dir = temporaryFolder();
    const shop = Shop.create(join(dir, 'shop'), { BASE: 'node', STORE_IMAGE: 'store' });
    const installation = `windlass-${process.pid}`;
    shop.edit('windlass.yaml', 'app: shop', `app: ${installation}`);
    const commit = shop.commit('Sell bread');
    const port = await freePort();
    const [host, to] = parts().temporal.address.split(':');
    const temporal = await openRelay({ host, port: Number(to) }, port);
    const variables = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, WINDLASS_INSTALLATION: installation };
    const windlass = new Windlass(variables, shop.dir, join(dir, 'worker.log'), () => undefined);
    expect(await windlass.run('worker', '--register')).toMatchObject({ status: 0 });

    // Nobody carries it out, so it is followed for as long as anybody likes.
    const args = ['release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done'];
    const env = { ...process.env, ...variables };
    const child = spawn(process.execPath, [windlass.program, ...args], { cwd: shop.dir, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(async () => said.includes('windlass worker'));
    temporal.cut();
    // A call is tried again after a tenth of a second, then less and less often.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    child.kill('SIGINT');
    expect({ status: await ended, said }).toEqual({
      status: EXIT.interrupted,
      said: expect.stringContaining('To follow it again: windlass status') as string,
    });

    const server = await testServer();
    const release = releaseId(installation, commit.slice(0, 10));
    await server.client.workflow.getHandle(release).terminate('the test is over');
    await server.teardown();
  });
});
