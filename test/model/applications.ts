import fc from 'fast-check';
import { strategy as strategyKind } from '../../src/manifest/kinds';
import type { StrategyKind } from '../../src/model/strategy';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import type { OneOff, Service } from '../../src/model/service';
import type { Target, TargetKind } from '../../src/model/target';
import { strategies } from '../../src/plan/strategies';
import { digest, environment, record, service } from '../src/plan/fixtures';
import { TRAITS } from './kinds';

/** Random applications, over every strategy that there is: a strategy that is added is covered from then on. */

const HOSTS = ['a', 'b', 'c'];
/** What keeps data stays on a host of its own. */
const DATA = 'data';
export const ALL_HOSTS = [...HOSTS, DATA];
const STRATEGIES = Object.keys(strategies) as StrategyKind[];

const oneOff = fc.constantFrom<OneOff>({ command: ['up'], undo: ['down'] }, { command: ['drop'], irreversible: true });

const part = (name: string, kind: Service['kind']): fc.Arbitrary<Shape['services'][number]> =>
  fc.record({
    name: fc.constant(name),
    kind: fc.constant(kind),
    replicas: fc.integer({ min: 1, max: kind === 'accessory' ? 1 : 2 }),
    before: fc.array(oneOff, { maxLength: kind === 'accessory' ? 0 : 1 }),
    ...(kind === 'accessory' && {
      version: fc.constantFrom('c', 'd'),
      irreversible: fc.constantFrom(undefined, undefined, true as const),
    }),
  });

/** What one release is: its services with their dependencies, on which hosts, by which strategy. */
export interface Shape {
  services: {
    name: string;
    kind: Service['kind'];
    replicas: number;
    before: OneOff[];
    /** Of an accessory: what it is made from. */
    version?: string;
    irreversible?: true;
  }[];
  hosts: string[];
  strategy: StrategyKind;
  soakMs: number;
  routed: boolean;
  onFailure: 'rollback' | 'ask';
}

export const shape: fc.Arbitrary<Shape> = fc.record({
  services: fc
    .tuple(part('web', 'released'), part('api', 'released'), part('jobs', 'background'), part('db', 'accessory'))
    .chain(([web, ...others]) => fc.subarray(others).map((some) => [web, ...some])),
  hosts: fc.subarray(HOSTS, { minLength: 1 }),
  strategy: fc.constantFrom(...STRATEGIES),
  soakMs: fc.constantFrom(0, 1_000),
  routed: fc.boolean(),
  onFailure: fc.constantFrom('rollback', 'ask'),
});

/** What a strategy cannot do without. */
const SETTINGS: Partial<Record<StrategyKind, object>> = {
  canary: {
    steps: [
      { weight: 10, soak: '1s' },
      { weight: 50, soak: '0s' },
    ],
  },
};

const NEEDS: Record<string, string[]> = { web: ['api', 'db'], api: ['db'], jobs: ['db'] };

/** The record of a release of this shape, on targets of this kind. */
export function recordOf(
  release: string,
  { services, hosts, strategy, soakMs, routed, onFailure }: Shape,
  kind: TargetKind = 'docker',
): ReleaseRecord {
  const names = services.map(({ name }) => name);
  const all = services.map(({ version, irreversible, ...one }) =>
    service(one.name, {
      ...one,
      ...(irreversible && { irreversible }),
      image: `registry/shop/${one.name}@${digest(one.kind === 'accessory' ? (version ?? 'd') : release.slice(0, 1))}`,
      dependsOn: (NEEDS[one.name] ?? [])
        .filter((name) => names.includes(name))
        .map((name) => ({ service: name, condition: 'healthy' as const })),
    }),
  );
  const routes = routed ? [{ service: 'web', host: 'shop.localhost', path: '/', port: 8080 }] : [];
  return record(
    release,
    environment(all, {
      targets: placed(hosts, all, (name) => TRAITS[kind].target(name, strategy)),
      strategy: strategyKind.parse({ kind: strategy, ...SETTINGS[strategy] }),
      soakMs,
      routes,
      onFailure,
    }),
  );
}

function placed(names: string[], services: Service[], target: (name: string) => Target): Target[] {
  const runs = (some: Service[]) => Object.fromEntries(some.map(({ name, replicas }) => [name, replicas]));
  const [accessories, others] = [true, false].map((is) => services.filter(({ kind }) => (kind === 'accessory') === is));
  const on = (name: string, some: Service[]): Target => ({ ...target(name), runs: runs(some) });
  return [...names.map((name) => on(name, others!)), ...(accessories!.length > 0 ? [on(DATA, accessories!)] : [])];
}
