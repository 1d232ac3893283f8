import { replicasOn } from '../model/host';
import type { Finding } from '../model/path';
import type { Service } from '../model/service';
import type { StrategyKind } from './kinds';
import { placeServices } from './placement';
import type { Manifest } from './schema';

type Environment = Manifest['environments'][string];

/** Strategies by which two releases answer requests for a while. */
const GRADUAL: StrategyKind[] = ['rolling', 'canary'];

/** What cannot have the strategy that is written, as far as the manifest alone tells; why, and the way out. */
export function checkStrategies(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([name, environment]) => {
    const at = ['environments', name, 'strategy'];
    return [...weightsThatGrow(environment, at), ...withoutRoutes(environment, at), ...oneHost(environment, at)];
  });
}

/** As `checkStrategies`, with the services of an environment known. */
export function checkStrategyOf(name: string, environment: Environment, services: Service[]): Finding[] {
  const at = ['environments', name, 'strategy'];
  return [...oneInstance(environment, services, at), ...irreversibleCommands(environment, services, at)];
}

function oneInstance(environment: Environment, services: Service[], at: (string | number)[]): Finding[] {
  const { strategy, routes } = environment;
  if (strategy.kind !== 'rolling' || strategy.of !== 'instances') return [];
  const hosts = placeServices(environment, services);
  const routed = services.filter((service) => routes.some((route) => route.service === service.name));
  const most = Math.max(0, ...routed.flatMap((service) => hosts.map((host) => replicasOn(host, service))));
  const size = typeof strategy.batch === 'number' ? strategy.batch : 1;
  if (most > size || routed.length === 0) return [];
  const names = routed.map((service) => service.name).join(', ');
  const has =
    most > 1 ? `no more than ${most} instances on any host, and a batch is ${size}` : 'one instance on each host';
  return [
    {
      path: at,
      message:
        `is rolling, but ${names} ${routed.length > 1 ? 'have' : 'has'} ${has}: all would be replaced at once. ` +
        `Write more replicas or a smaller batch, of: hosts where there are several, or blue-green`,
    },
  ];
}

function weightsThatGrow({ strategy }: Environment, at: (string | number)[]): Finding[] {
  if (strategy.kind !== 'canary') return [];
  return strategy.steps.flatMap(({ weight }, index, all) => {
    const before = all[index - 1]?.weight ?? 0;
    if (weight > before) return [];
    const message = `is ${weight}, and the step before has ${before}. Expected more with every step; all traffic follows the last`;
    return [{ path: [...at, 'canary', 'steps', index, 'weight'], message }];
  });
}

function withoutRoutes({ strategy, routes }: Environment, at: (string | number)[]): Finding[] {
  if (!GRADUAL.includes(strategy.kind) || routes.length > 0) return [];
  return [
    {
      path: at,
      message: `is ${strategy.kind}, which gives the new release a share of the requests, and no route says where requests come in. Write routes, or blue-green`,
    },
  ];
}

function oneHost({ strategy, hosts }: Environment, at: (string | number)[]): Finding[] {
  if (strategy.kind !== 'rolling' || strategy.of !== 'hosts') return [];
  const size = typeof strategy.batch === 'number' ? strategy.batch : 1;
  if (hosts.length > size) return [];
  const has = hosts.length === 1 ? 'there is one host' : `there are ${hosts.length} hosts, and a batch is ${size}`;
  return [
    {
      path: at,
      message: `is rolling by hosts, and ${has}: all would be switched at once. Write a smaller batch, of: instances, or blue-green`,
    },
  ];
}

/** While both releases answer, the old one works on what the command has changed, and nothing takes that back. */
function irreversibleCommands({ strategy }: Environment, services: Service[], at: (string | number)[]): Finding[] {
  if (!GRADUAL.includes(strategy.kind)) return [];
  return services
    .flatMap(({ name, kind, before }) =>
      before.flatMap(({ irreversible }, index) =>
        irreversible ? [`${name}.${kind === 'one-off' ? 'completes' : `before[${index}]`}`] : [],
      ),
    )
    .map((command) => ({
      path: at,
      message:
        `is ${strategy.kind}, which lets two releases answer at once, and services.${command} cannot be undone: ` +
        `the old one would work on what it changed. Say how it is undone (undo: [command]), or write blue-green or recreate`,
    }));
}
