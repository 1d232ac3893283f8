import { createColors } from 'picocolors';
import { comparisonLines, parityLines } from '../../cli/print/comparison';
import { paint } from '../../cli/print/terminal/line';

const text = (lines: Parameters<typeof paint>[0][]) => lines.map((line) => paint(line, Infinity, createColors(false)));

test('a release against another', () => {
  const nothing = {
    app: 'shop',
    environment: 'production',
    before: 'aaa',
    after: 'bbb',
    configuration: [],
    images: [],
    secrets: [],
  };
  expect(text(comparisonLines(nothing))).toEqual(['shop production: aaa → bbb', 'No difference.']);
  const lines = text(
    comparisonLines({
      ...nothing,
      images: [{ what: 'web', before: 'sha256:1', after: 'sha256:2' }],
      configuration: [{ what: 'api.environment.MOTD', after: 'x'.repeat(70) }],
      secrets: [
        { name: 'DB', value: ["today's value differs from bbb's", 'and more'] },
        { name: 'KEY', before: 'env A', after: 'env B', value: [] },
      ],
    }),
  );
  expect(lines).toEqual([
    'shop production: aaa → bbb',
    '',
    'Images',
    '  SERVICE  BEFORE    AFTER',
    '  web      sha256:1  sha256:2',
    '',
    'Configuration',
    '  WHAT                  BEFORE  AFTER',
    `  api.environment.MOTD  -       ${'x'.repeat(70)}`,
    '',
    'Secrets',
    '  SECRET  BEFORE  AFTER  VALUE',
    "  DB                     today's value differs from bbb's",
    '                         and more',
    '  KEY     env A   env B',
  ]);
});

test('two environments', () => {
  const report = {
    app: 'shop',
    first: { environment: 'staging', release: 'bbb' },
    second: { environment: 'production', release: 'aaa' },
    declared: [{ what: 'api.environment.PAYMENTS', before: 'test', after: 'live', by: 'variables.PAYMENTS' }],
    byRelease: [{ what: 'web.image', before: 'sha256:2', after: 'sha256:1' }],
    drift: ['production: local: windlass-shop-production-aaa-web is exited. Expected it to run'],
  };
  expect(text(parityLines(report))).toEqual([
    'shop: staging on bbb, production on aaa',
    '',
    'Declared',
    '  WHAT                      STAGING  PRODUCTION  BY',
    '  api.environment.PAYMENTS  test     live        variables.PAYMENTS',
    '',
    'Not declared: staging on bbb and production on aaa are other releases',
    '  WHAT       STAGING   PRODUCTION',
    '  web.image  sha256:2  sha256:1',
    '',
    'Not declared: changed on a host',
    '  production: local: windlass-shop-production-aaa-web is exited. Expected it to run',
  ]);
  expect(text(parityLines({ ...report, declared: [], byRelease: [], drift: [] }))[1]).toBe('No difference.');
});
