import { combineEnvironments } from '../../../src/compose/combine';
import type { ComposeService } from '../../../src/compose/model';
import { readCompose } from '../../../src/compose/read';
import { NO_OVERRIDES } from './fixtures';

const read = (service: ComposeService) => readCompose({ services: { web: service } }, NO_OVERRIDES);
const messages = (staging: ComposeService, production: ComposeService) =>
  combineEnvironments({ staging: read(staging), production: read(production) }).findings.map(
    ({ message }) => message.split(', but')[0],
  );

test('the same build in every environment is one build', () => {
  const build = { context: './web', args: { A: '1', B: '2' } };
  const combined = combineEnvironments({
    staging: read({ build }),
    production: read({ build: { ...build, args: { B: '2', A: '1' } } }),
  });
  expect(combined).toEqual({
    builds: [{ service: 'web', context: 'web', dockerfile: 'Dockerfile', args: { A: '1', B: '2' }, labels: {} }],
    images: {},
    shared: {},
    findings: [],
  });
});

test('differences are refused', () => {
  expect(
    messages({ build: { context: '.', args: { A: '1' } } }, { build: { context: '.', args: { A: '2' }, target: 'x' } }),
  ).toEqual(['differs between staging and production (args, target)']);
  expect(messages({ image: 'a:1' }, { image: 'a:2' })).toEqual(['differs between staging and production (a:1, a:2)']);
  expect(messages({ build: { context: '.' } }, { image: 'a:2' })).toEqual([
    'differs between staging and production (built in only one of them)',
  ]);
});

test('a service of one environment alone is fine', () => {
  const combined = combineEnvironments({
    staging: read({ image: 'a' }),
    production: readCompose({ services: {} }, NO_OVERRIDES),
  });
  expect(combined).toEqual({ builds: [], images: { web: 'a' }, shared: {}, findings: [] });
});
