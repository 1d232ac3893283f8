import { parseManifest } from '../../../src/manifest/parse';

/** The host of a route goes into the proxy's rules and is compared as it is written, so it has one spelling. */
const problemsOf = (host: string): string[] => {
  const manifest = `app: shop\nenvironments:\n  production:\n    hosts: [local]\n    routes: [{ service: web, host: ${JSON.stringify(host)} }]\n`;
  return parseManifest('windlass.yaml', manifest).problems.map(({ message }) => message);
};

test.each([
  'Shop.example.com',
  'shop.example.com.',
  'shop.example.com:80',
  '*.example.com',
  '*',
  '',
  ' shop.example.com',
  'shop.example.com ',
  'shop.example.com\n',
  'shop.example.com\u0000',
  'shop.example.com\u200b',
  'ｓhop.example.com',
  'bücher.example',
  'shop。example.com',
  'shop..example.com',
  '.example.com',
  '-shop.example.com',
  'shop-.example.com',
  'shop_1.example.com',
  'shop.example.com/path',
  'https://shop.example.com',
  'user@shop.example.com',
  'a`) || Host(`bank.example.com',
  'a`,`bank.example.com',
  'HostRegexp(`.*`)',
  '{sub:.*}.example.com',
  '{{ env "PATH" }}',
  '$host',
  'a;b',
  'a b',
  '[::1]',
  '%73hop.example.com',
  ':5432',
  `${'a'.repeat(64)}.example.com`,
  `${'a.'.repeat(127)}aa`,
])('%j is refused', (host) => expect(problemsOf(host)).toEqual([expect.stringMatching(/^is /)]));

test.each(['shop.example.com', 'localhost', '10.0.0.1', 'xn--bcher-kva.example', '0-a.b'])('%j is taken', (host) =>
  expect(problemsOf(host)).toEqual([]),
);
