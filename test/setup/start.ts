import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { whyNoHosts } from '../../parts/host/hosts';
import { whyNoSwarm } from '../../parts/host/swarm';
import { inOneLine } from '../../parts/find/missing';
import { buildInBackground } from '../../parts/kubernetes/program';
import { tryParts, type PartsHad } from '../../parts/start';
import { VARIABLE, type Handed } from './parts';
import ready from './ready';

/** Starts the real parts once for all tests of a run. */
export default async function start(): Promise<void> {
  ready();
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  const stopBuilding = buildInBackground(print);
  const started = await tryParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'nginx', 'node', 'postgres'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print,
  });
  started.beforeStop(stopBuilding);
  const { temporal, engine, registry, compose, images, nginx, node, postgres } = started;
  const missing = Object.entries(started.missing).map(([part, error]) => [part, inOneLine(error)]);
  const [noHosts, noSwarm] = [whyNoHosts(), whyNoSwarm()];
  const handed: Handed = {
    dir: started.dir,
    temporal,
    engine,
    registry,
    compose,
    images,
    nginx,
    node,
    postgres,
    hosts: noHosts === undefined,
    swarm: noSwarm === undefined,
    missing: {
      ...Object.fromEntries(missing),
      ...(noHosts && { hosts: noHosts }),
      ...(noSwarm && { swarm: noSwarm }),
    },
  };
  process.env[VARIABLE] = JSON.stringify(handed);
  (globalThis as { windlassParts?: PartsHad }).windlassParts = started;
}
