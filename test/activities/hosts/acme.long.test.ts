import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { clientOf } from '../../../parts/server/engine-client';
import { importImage } from '../../../parts/image/import-image';
import { findGoProgram, PEBBLE } from '../../../parts/find/go-program';
import { freePort } from '../../../parts/run/ports';
import { proxyName } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { makeFolder, uniqueName } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';

const pebble = findGoProgram(PEBBLE);
const HOST = 'shop.example.com';
const ROUTE = { service: 'web', host: HOST, path: '/', port: 80, https: true } as const;

/** The certificate that is shown for a name, no matter whose it is. */
function certificateAt(port: number): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: HOST, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
    socket.on('error', reject);
  });
}

/** As `certificateAt`, once it was issued: for a moment the proxy shows one of its own making, also after a start. */
async function issuedCertificateAt(port: number): Promise<PeerCertificate> {
  let certificate = await certificateAt(port);
  for (const end = Date.now() + 60_000; !certificate.issuer.CN?.includes('Pebble') && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    certificate = await certificateAt(port);
  }
  return certificate;
}

/** A proxy that gets its certificates of Pebble, which runs beside it and asks it back by the name that it is to prove. */
function tests(program: string): void {
  let bed: TestBed;
  let secure: number;
  const image = `${uniqueName('pebble')}:1`;
  const network = uniqueName('zz-acme');
  const server = uniqueName('acme');

  beforeAll(async () => {
    secure = await freePort();
    const folder = makeFolder({});
    const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
    const subject = ['-subj', `/CN=${server}`, '-addext', `subjectAltName=DNS:${server}`];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
    execFileSync('openssl', [...made, '-keyout', key!, '-out', certificate!], { stdio: 'ignore' });
    const config = join(folder, 'config.json');
    writeFileSync(
      config,
      JSON.stringify({
        pebble: {
          listenAddress: '0.0.0.0:14000',
          managementListenAddress: '0.0.0.0:15000',
          certificate: '/cert.pem',
          privateKey: '/key.pem',
          httpPort: 80,
          tlsPort: 443,
        },
      }),
    );
    const client = clientOf(parts().engine.host);
    await importImage(
      client,
      { name: image, changes: ['ENTRYPOINT ["/pebble", "-config", "/config.json"]', 'ENV PEBBLE_VA_NOSLEEP=1'] },
      {
        '/pebble': { file: program },
        '/config.json': { file: config },
        '/cert.pem': { file: certificate! },
        '/key.pem': { file: key! },
      },
    );
    bed = await makeTestBed({
      proxyHttps: `127.0.0.1:${secure}`,
      acme: { email: 'ops@example.com', server: `https://${server}:14000/dir`, authority: certificate! },
    });
    await client.createNetwork({ Name: network });
    const container = await client.createContainer({
      name: server,
      Image: image,
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: {} } },
    });
    await container.start();
    const environment = { services: [service('web')], routes: [ROUTE] };
    await bed.perform('ensureProxy', {}, { know: [bed.release('one', environment).release] });
    await bed.engine.connectNetwork(network, proxyName(bed.place.installation), [HOST]);
    await bed.perform('createNetworks', { release: 'one' });
    await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
  });
  afterAll(async () => {
    await bed.cleanUp();
    await bed.engine.removeContainer(server);
    await bed.engine.removeNetwork(network);
    await bed.engine.removeImage(image);
  });

  it('gets a certificate by itself for a route by HTTPS, sends plain requests there, and answers from inside', async () => {
    await bed.perform('switchRoutes', { release: 'one' });
    const certificate = await issuedCertificateAt(secure);
    expect(certificate.issuer.CN).toContain('Pebble Intermediate CA');
    expect(certificate.subjectaltname).toBe(`DNS:${HOST}`);

    const { engine, place, deps } = bed;
    const question = { to: 'routes', host: HOST, path: '/' } as const;
    expect(await deps.proxy.ask(engine, place.installation, question, 5_000)).toMatchObject({ status: 200 });
    const direct = { to: { container: '127.0.0.1', port: 80 }, host: HOST, path: '/a?b' };
    expect(await deps.proxy.ask(engine, place.installation, direct, 5_000)).toMatchObject({
      status: 301,
      headers: { location: `https://${HOST}:${secure}/a?b` },
    });
  });

  it('keeps it: a proxy that is started again asks for no other', async () => {
    const { fingerprint } = await issuedCertificateAt(secure);
    await bed.engine.stopContainer(proxyName(bed.place.installation));
    await bed.perform('ensureProxy', {});
    expect((await issuedCertificateAt(secure)).fingerprint).toBe(fingerprint);
  });
}

if ('program' in pebble) describeWith(['engine', 'images'], 'HTTPS', () => tests(pebble.program));
else describe.skip(`HTTPS [skipped: ${pebble.missing.replaceAll('[', '(').replaceAll(']', ')')}]`, () => tests(''));
