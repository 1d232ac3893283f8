import { checkTargets } from '../../../src/manifest/rules/targets';
import type { Manifest } from '../../../src/manifest/schema';
import { parseManifest } from '../../../src/manifest/parse';
import { placeTargets, TARGETS } from '../../../src/manifest/targets';
import { describeProblem } from '../../../src/model/text/problem';

/** As if the key were that of another kind of target. */
const alsoBy = (key: 'compose') => Object.assign(TARGETS, { other: { key, place: () => [] } });
afterEach(() => void delete (TARGETS as Record<string, unknown>)['other']);

const check = (said: object) => checkTargets({ environments: { staging: said } } as unknown as Manifest);
const hosts = [{ name: 'local', address: 'local' }];

test('an environment has targets', () => {
  expect(check({ hosts })).toEqual([]);
  expect(check({ hosts: [] })).toEqual([
    {
      path: ['environments', 'staging', 'hosts'],
      message: 'is missing. Expected a list; or swarm: ssh://user@manager',
    },
  ]);
});

test('of one kind', () => {
  alsoBy('compose');
  expect(check({ hosts: [], compose: ['a.yml'] })).toEqual([]);
  expect(check({ hosts, compose: ['a.yml'] })).toMatchObject([
    {
      path: ['environments', 'staging', 'compose'],
      message: 'is written beside hosts, and an environment has targets of one kind. Remove one of them',
    },
  ]);
});

describe('a swarm', () => {
  const swarmOf = (written: string) => {
    const text = `app: shop\nenvironments:\n  staging:\n    ${written}\n`;
    const { manifest, problems } = parseManifest('windlass.yaml', text);
    return {
      problems: problems.map(describeProblem),
      targets: manifest && placeTargets(manifest.environments['staging']!, []),
    };
  };

  it('is one manager, which has the proxy', () => {
    const node = { name: 'm1:2222', address: 'ssh://deploy@m1:2222' };
    expect(swarmOf('swarm: ssh://deploy@m1:2222').targets).toEqual([
      { kind: 'swarm', name: 'swarm', managers: [node], edge: [node] },
    ]);
  });

  it('is several managers and the nodes with a proxy, each as a host is written', () => {
    const via = '{ address: "ssh://e1", name: front, via: "ssh://gate" }';
    expect(swarmOf(`swarm: { managers: ["ssh://a", "ssh://b"], edge: [${via}] }`).targets).toMatchObject([
      {
        managers: [{ address: 'ssh://a' }, { address: 'ssh://b' }],
        edge: [{ address: 'ssh://e1', name: 'front', via: { address: 'ssh://gate' } }],
      },
    ]);
  });

  it('is refused with what is no address, and beside groups', () => {
    expect(swarmOf('swarm: "tcp://a"').problems).toEqual([
      "windlass.yaml:4:12 environments.staging.swarm: is not a Docker engine's address. Write local for the worker's engine, unix:///path for another one on its machine, or ssh://user@host.",
    ]);
    expect(swarmOf('swarm: { managers: [] }').problems).toEqual([expect.stringContaining('swarm.managers: is empty')]);
    expect(swarmOf('swarm: "ssh://a"\n    groups: { web: { hosts: [a], services: { web: 1 } } }').problems).toEqual([
      'windlass.yaml:5:5 environments.staging.groups: is for hosts, and a swarm places instances itself. Remove it; deploy.placement in the compose file says where they may run.',
    ]);
  });
});
