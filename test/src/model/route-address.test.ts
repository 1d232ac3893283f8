import { HOST_NAME } from '../../../src/model/text/grammar';
import { addressOfTcp, meet, urlsOf } from '../../../src/model/host/route-address';

const route = (host: string, path = '/', https?: true) => ({ host, path, ...(https && { https }) });

test('the addresses to open are on the ports of the proxy, and the usual ones are not said', () => {
  const routes = [route('a.example'), route('a.example'), route('a.example', '/api'), route('b.example', '/', true)];
  expect(urlsOf(routes, { proxyHttp: '80', proxyHttps: '443' })).toEqual([
    'http://a.example/',
    'http://a.example/api',
    'https://b.example/',
  ]);
  expect(urlsOf(routes, { proxyHttp: '127.0.0.1:8080', proxyHttps: '8443' })).toEqual([
    'http://a.example:8080/',
    'http://a.example:8080/api',
    'https://b.example:8443/',
  ]);
});

test.each<[string, string, boolean]>([
  ['/', '/', true],
  ['/', '/api', true],
  ['/api', '/api/', true],
  ['/api', '/api/v1', true],
  ['/api', '/apis', true],
  ['/api', '/%61pi', true],
  ['/api', '/other', false],
  ['/a%2fb', '/a%2Fb/c', true],
])('H6: %s and %s of one host meet: %s', (one, other, expected) => {
  const [a, b] = [one, other].map((path) => ({ host: 'shop.example.com', path }));
  expect([meet(a!, b!), meet(b!, a!)]).toEqual([expected, expected]);
  expect(meet(a!, { ...b!, host: 'other.example.com' })).toBe(false);
});

test('H6: a port of TCP is one address, and a name of a host has one spelling', () => {
  expect(meet(addressOfTcp(5432), addressOfTcp(5432))).toBe(true);
  expect(meet(addressOfTcp(5432), addressOfTcp(54320))).toBe(false);
  for (const other of ['Shop.example.com', 'shop.example.com.', 'shop.example.com:80', '*.example.com', ' shop'])
    expect(HOST_NAME.test(other)).toBe(false);
});
