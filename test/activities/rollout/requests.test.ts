import { readSettings } from '../../../activities/settings';
import { listensOf } from '../../../activities/drivers/proxy/listens';
import { listeningOn } from '../../../activities/drivers/proxy/lifecycle/sockets';
import { describeWith, parts } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

describeWith(['engine', 'images', 'node'], 'an instance that the proxy does not reach', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await makeTestBed();
    bed.release('r', {});
    await bed.perform('ensureProxy', {});
  });
  afterAll(() => bed.cleanUp());

  test.each([
    [
      'loopback',
      ['httpd', '-f', '-p', '127.0.0.1:80'],
      "It listens only on its container's loopback, which the proxy cannot reach. Make it listen on 0.0.0.0",
    ],
    [
      'elsewhere',
      ['httpd', '-f', '-p', '8080'],
      "Nothing listens there; it listens on 8080. Set the route's port: to that",
    ],
    [
      'other',
      ['node', '-e', "require('http2').createServer().listen(80)"],
      'Something listens there but does not speak HTTP/1.1. For gRPC or HTTP/2, write protocol: h2c on the route; its own TLS is not supported',
    ],
    [
      'hanging',
      ['node', '-e', "require('net').createServer(() => undefined).listen(80)"],
      'Something listens there but does not answer in time',
    ],
    ['nowhere', ['sleep', '60'], 'Nothing listens there'],
  ])('%s', async (release, command, said) => {
    const image = command[0] === 'node' ? parts().node.name : parts().images.base.name;
    const web = service('web', { command }, { image, healthyWithinMs: 5_000 });
    bed.release(release, { services: [web], routes: [ROUTE] });
    await bed.perform('createNetworks', { release });
    const { message } = await failureOf(bed.perform('startInstances', { release, service: 'web', count: 1 }));
    expect(message).toContain(`within 5 s: no answer on port 80 to /. ${said}. If it needs more time, raise`);
  });
});

test('where a container listens, from its tables of both families', () => {
  const table = `  sl  local_address rem_address   st
   0: 0B00007F:A1B2 00000000:0000 0A
   1: 0100007F:0050 00000000:0000 0A
   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A
   3: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A
   4: 0300F70A:1F90 0280F70A:0050 01`;
  expect(listeningOn(table)).toEqual([
    { port: 80, loopback: true },
    { port: 8080, loopback: false },
    { port: 81, loopback: true },
  ]);
});

test.each(['10.0.0.0/33', 'balancer.example', '10.0.0.1/8/8', '*', '1.2.3'])('%s is no balancer', (address) => {
  expect(() => readSettings({ WINDLASS_PROXY_TRUSTS: `192.0.2.7,${address}` })).toThrow(
    `WINDLASS_PROXY_TRUSTS: ${address} is not an address. Write addresses or networks separated by commas: 192.0.2.7,10.0.0.0/8`,
  );
});

test.each(['0', '70000', '5432,5432', '5432,127.0.0.1:5432', 'db:5432', '5432/tcp'])(
  '%s are no ports for TCP',
  (list) => {
    expect(() => readSettings({ WINDLASS_PROXY_TCP: list })).toThrow(
      'is not a port, or is listed twice. Write ports separated by commas: 5432,127.0.0.1:6379',
    );
  },
);

test('ports for TCP', () => {
  expect(readSettings({}).proxyTcp).toBeUndefined();
  const proxyTcp = readSettings({ WINDLASS_PROXY_TCP: '5432, 127.0.0.1:6379,[::1]:25' }).proxyTcp!;
  expect(proxyTcp).toEqual(['5432', '127.0.0.1:6379', '[::1]:25']);
  expect(listensOf({ tcp: proxyTcp })).toEqual(['http', 'tcp-5432', 'tcp-6379', 'tcp-25']);
});

test('balancers in front', () => {
  expect(readSettings({}).proxyTrusts).toBeUndefined();
  expect(readSettings({ WINDLASS_PROXY_TRUSTS: '192.0.2.7, 10.0.0.0/8,2001:db8::/32' }).proxyTrusts).toEqual([
    '192.0.2.7',
    '10.0.0.0/8',
    '2001:db8::/32',
  ]);
});
