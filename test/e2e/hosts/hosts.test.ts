import { appendFileSync } from 'node:fs';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Inspection } from '../../../src/model/inspection';
import { ask, sendRequests } from '../../../lab/traffic/client';
import type { TestHost } from '../../../parts/host/hosts';
import { clientOf } from '../../../parts/server/engine-client';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import { parts } from '../../setup/parts';
import { until } from '../test-bed';
import { describeOnThreeHosts } from './three-hosts';

const BECAUSE = ['--by', 'ops@example.com', '--reason', 'the one before was better'];

describeOnThreeHosts('three hosts over SSH', (on) => {
  it('are looked at by check, all at once, and a key that nobody knows is told by trust', async () => {
    const heal = await on.poison(on.b, 80);
    const before = await on.check();
    await heal();
    expect(before.wrong).toEqual([
      `${on.b.ip} ports: another process listens on 80. Stop it, or publish another port`,
      expect.stringMatching(/^data reached: .* presents the key SHA256:.* which is not trusted yet/),
    ]);
    expect(before.status).toBe(2);
    const shown = await on.windlass.run('trust', 'data');
    expect(shown).toMatchObject({ status: 0, stdout: `${on.c.knownHost.split(' ').slice(0, 3).join(' ')}\n` });
    appendFileSync(on.hosts.knownHosts, shown.stdout);
    const after = await on.check();
    expect(after).toMatchObject({ status: 0, wrong: [] });
    expect(after.rows).toHaveLength(3);
    expect(Object.keys(after.rows[0]!.found).sort()).toEqual(
      ['reached', 'engine', 'disk', 'clock', 'registry', 'ports', 'paths', 'volumes', 'proxy'].sort(),
    );
    expect(after.rows[0]!.found.disk?.what).toMatch(/^[\d.]+ GB free$/);
  });

  it('that are cut off, silent, or without the registry are told apart by check, with what to do', async () => {
    on.trust();
    const look = async () => {
      const [shown, { status, wrong }] = await Promise.all([on.windlass.run('check'), on.check()]);
      if (shown.status !== 2) throw new Error(`check: status ${shown.status}: ${shown.stderr}`);
      expect(status).toBe(2);
      const lines = shown.stdout.split('\n').filter((line) => /^✗ \S+ \S+, /.test(line));
      expect(lines).toEqual(wrong.map((line) => line.replace(/^(\S+) (\S+): /, '✗ production $1, $2: ')));
      expect(shown.stdout).toMatch(/2 hosts are not ready\.\n$/);
      return wrong;
    };
    const during = async <T>(begin: () => Promise<void>, end: () => Promise<void>, action: () => Promise<T>) => {
      await begin();
      try {
        return await action();
      } finally {
        await end();
      }
    };
    const [cut, silent] = await during(on.a.loseRegistry, on.a.findRegistry, async () => [
      await during(on.c.cutSsh, on.c.mendSsh, look),
      await during(on.c.silenceSsh, on.c.hearSsh, look),
    ]);
    expect(cut).toEqual([
      expect.stringMatching(`^${on.a.ip} registry: .* refused".* check the network and the registry`),
      expect.stringMatching(/^data reached: .* \(ECONNREFUSED\).* Check that the host is up and its port is open/),
    ]);
    expect(silent).toEqual([
      cut![0],
      expect.stringMatching(
        /^data reached: .* did not answer in time.* Check that the host is up and its port is open/,
      ),
    ]);
    expect(await on.check()).toMatchObject({ status: 0, wrong: [] });
  });

  it('are released to, each service on its hosts; they move on together, and no request is lost', async () => {
    await on.begin();
    expect(await on.running(on.a)).toEqual(on.front(on.good));
    expect(await on.running(on.b)).toEqual(on.front(on.good));
    expect(await on.running(on.c)).toEqual(['store']);
    expect(await Promise.all([on.a, on.b].map(on.page))).toEqual(['good', 'good']);
    const clients = on.send();
    const two = on.ready('two');
    expect(await on.release(two)).toMatchObject({ status: 0 });
    expect(await on.answersOf(clients)).toEqual(['good', 'two']);
    expect(await on.running(on.b)).toEqual(on.front(two));
    const back = on.send();
    expect(await on.windlass.run('rollback', 'production', ...BECAUSE)).toMatchObject({ status: 0 });
    expect(await on.answersOf(back)).toEqual(['good', 'two']);
    for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(on.good));
    const { environments } = await on.windlass.read<{ environments: EnvironmentState[] }>('status');
    expect(environments[0]?.current?.release).toBe(on.good.slice(0, 10));
  });

  it('all go back when one of them fails in the soak', async () => {
    await on.begin();
    const heal = await on.poison(on.a, 7703);
    const clients = on.send();
    const { status, said } = await on.release(on.ready('three'));
    await heal();
    expect({ status, said }).toMatchObject({ status: 3 });
    // By then all traffic was on the new release, on every host.
    expect(await on.answersOf(clients)).toEqual(['good', 'three']);
    for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(on.good));
    expect(await on.running(on.c)).toEqual(['store']);
  });

  it('serve again by themselves after an engine was restarted, and status shows what was restarted', async () => {
    await on.begin();
    const served = await on.page(on.a);
    await on.a.restartEngine();
    await until(async () => (await on.page(on.a)) === served);
    expect(await on.running(on.a)).toEqual(on.front(on.good));
    const name = `${on.installation}-${on.app}-production-${on.good.slice(0, 10)}-web`;
    const instance = clientOf(on.b.engine).getContainer(name);
    process.kill((await instance.inspect()).State.Pid, 'SIGKILL');
    await until(async () => {
      const { RestartCount, State } = await instance.inspect();
      return RestartCount === 1 && State.Status === 'running';
    });
    const found = await on.windlass.read<Inspection[]>('status', 'production', '--observed');
    const service = found[0]?.services.find(({ host, container }) => host === on.b.ip && container === name);
    expect(service).toMatchObject({ state: 'running', restarts: 1, startedAt: expect.any(String) });
    expect(found[0]?.drift).toEqual([]);
    const { stdout } = await on.windlass.run('status', 'production', '--observed');
    expect(stdout).toMatch(/RESTARTS/);
  });

  it('get a proxy with HTTPS and another port by bootstrap, one host at a time, and what was released serves on', async () => {
    await on.begin();
    const served = await on.page(on.a);
    const elsewhere = (host: TestHost) => ask({ ...on.bed.targetOf(host), address: `${host.ip}:8080` });
    await on.bed.startWorker({ WINDLASS_PROXY_HTTP: '8080', WINDLASS_PROXY_HTTPS: '443' });
    const secure = on.ready('by https', { route: ', https: true' });
    const refused = await on.release(secure);
    expect(refused.said).toContain(`recreate the proxy: windlass bootstrap production --host ${on.a.ip}`);
    expect(refused.status).toBe(3);

    const asked = await on.windlass.run('bootstrap', 'production');
    expect(asked.status).toBe(2);
    const becomes = `${parts().images.proxy.name} becomes ${parts().images.proxy.name} on 8080, HTTPS on 443`;
    for (const { ip } of [on.a, on.b])
      expect(asked.stderr).toMatch(new RegExp(`${ip} +replace +${becomes} .*OUTAGE: .* of ${on.app} production`));
    expect(await Promise.all([on.a, on.b].map(on.page))).toEqual([served, served]);

    const client = sendRequests(on.bed.targetOf(on.b), 50);
    const first = await on.windlass.run('bootstrap', 'production', '--host', on.a.ip, '--yes');
    expect(first).toMatchObject({ status: 0 });
    expect(await client.stop()).toMatchObject({ failures: [], answers: { [served]: expect.any(Number) } });
    expect(await elsewhere(on.a)).toBe(served);
    const others = await on.windlass.run('bootstrap', 'production', '--yes');
    expect(others).toMatchObject({ status: 0, stdout: expect.not.stringContaining(on.a.ip) });
    expect(await elsewhere(on.b)).toBe(served);

    expect(await on.release(secure)).toMatchObject({ status: 0 });
    for (const host of [on.a, on.b]) {
      expect(await askSecurely(host)).toEqual({ text: 'by https', issuer: 'TRAEFIK DEFAULT CERT' });
      await expect(elsewhere(host)).rejects.toThrow(/^30[18] /);
    }
  });
});

/** By HTTPS, no matter who signed the certificate. */
const askSecurely = ({ ip }: TestHost) =>
  new Promise<{ text: string; issuer: unknown }>((resolve, reject) => {
    const target = { host: ip, servername: 'shop.localhost', headers: { host: 'shop.localhost' } };
    const asked = request({ ...target, rejectUnauthorized: false, agent: false }, (response) => {
      const { CN: issuer } = (response.socket as TLSSocket).getPeerCertificate().issuer;
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ text, issuer }));
    });
    asked.on('error', reject);
    asked.end();
  });
