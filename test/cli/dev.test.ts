import { greeting } from '../../cli/commands/setup/dev';

const started = {
  address: '127.0.0.1:7233',
  uiUrl: 'http://127.0.0.1:8233',
  installation: 'windlass',
  registry: '127.0.0.1:5000',
  folder: '/home/me/.local/share/windlass',
};

test('dev says what other terminals need: the address that is not the usual one, an engine that only it knows', () => {
  const exports = (more: object) => greeting({ ...started, ...more }).filter((line) => line.includes('export '));
  expect(exports({})).toEqual([]);
  expect(exports({ engineHost: 'unix:///run/x/docker.sock', address: '127.0.0.1:7300' })).toEqual([
    "The Docker engine is windlass's own. To look at it in other terminals: export DOCKER_HOST=unix:///run/x/docker.sock",
    'The usual port was taken. In other terminals: export TEMPORAL_ADDRESS=127.0.0.1:7300',
  ]);
});
