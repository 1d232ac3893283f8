import { announcedPort } from './announced';
import { choosePort, isAdminPage, isLabelProxy, isManager, isShipper, needsHostPort } from './roles';
import type { Decision, Entry } from '../types';

type Route = Decision['routes'][number];

/**
 * Who is reached from outside: who says so to a proxy by a label or a variable, and who publishes a port that speaks HTTP and is
 * called by no other one of them. Never a page of a database, nor a proxy that only reads what the others say; a manager of the
 * engine only where nothing else is released.
 */
export function chooseRoutes(released: Entry[]): Route[] {
  const isPublic = released.every(isAdminPage) ? isManager : (entry: Entry) => !isAdminPage(entry);
  const called = released.filter((entry) => isPublic(entry) && !isShipper(entry) && isFound(entry));
  const announced = called.filter((entry) => announcedPort(entry) !== undefined);
  const publishing = called.filter((entry) => {
    if (announced.includes(entry) || (announced.length > 0 && isLabelProxy(entry))) return false;
    return choosePort(entry.ports ?? []) !== undefined;
  });
  const all = [...announced, ...publishing];
  const fronts = all.filter((entry) => announced.includes(entry) || !isBehind(entry, all, released));
  const found = fronts.length > 0 ? fronts : all;
  return (found.length > 0 ? found : exposing(called)).map(routeOf).sort((a, b) => (a.service < b.service ? -1 : 1));
}

/** The network of the host, of another service or of nobody is none that a proxy finds it in. */
const isFound = ({ network_mode: mode }: Entry) => mode === undefined || mode === 'bridge' || mode === 'default';

const isBehind = (entry: Entry, all: Entry[], released: Entry[]): boolean =>
  all.some((other) => other !== entry && waitsFor(other, entry.name, released));

function waitsFor(entry: Entry, name: string, released: Entry[]): boolean {
  const seen = new Set([entry.name]);
  const queue = [entry];
  for (const { on } of queue)
    for (const next of on) {
      if (next === name) return true;
      const found = released.find((one) => one.name === next);
      if (found && !seen.has(next)) queue.push(found);
      seen.add(next);
    }
  return false;
}

const exposing = (called: Entry[]): Entry[] =>
  called.filter(({ expose = [], depended }) => expose.length > 0 && !depended);

function routeOf(entry: Entry): Route {
  const { name, build } = entry;
  // At 8000 Portainer awaits its agents.
  const ports = (entry.ports ?? []).filter(({ target }) => !isManager(entry) || target !== 8000);
  const targets = new Set(ports.filter(({ protocol = 'tcp' }) => protocol === 'tcp').map(({ target }) => target));
  const said = announcedPort(entry);
  const port = said ?? (targets.size > 1 ? choosePort(ports) : undefined);
  const isPlain = targets.size === 1 && targets.has(port!);
  return { service: name, isBuilt: Boolean(build), ...(port !== undefined && !isPlain && { port }) };
}

/** Does it use a host port, or the host's network, which no route can replace? */
export const isFixed = (entry: Entry): boolean =>
  !isAdminPage(entry) && (entry.network_mode === 'host' || (entry.ports ?? []).some(needsHostPort));
