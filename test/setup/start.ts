import { ATTRIBUTE_TYPES } from '../../cli/temporal/attributes';
import { whyNoHosts } from '../../parts/hosts';
import { inOneLine } from '../../parts/missing';
import { tryParts, type PartsHad } from '../../parts/start';
import { VARIABLE, type Handed } from './parts';

/** Starts the real parts once for all tests of a run. */
export default async function start(): Promise<void> {
  const started = await tryParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: (line) => process.stderr.write(`${line}\n`),
  });
  const { temporal, engine, registry, compose, images, node, postgres } = started;
  const missing = Object.entries(started.missing).map(([part, error]) => [part, inOneLine(error)]);
  const noHosts = whyNoHosts();
  const handed: Handed = {
    temporal,
    engine,
    registry,
    compose,
    images,
    node,
    postgres,
    hosts: noHosts === undefined,
    missing: { ...Object.fromEntries(missing), ...(noHosts && { hosts: noHosts }) },
  };
  process.env[VARIABLE] = JSON.stringify(handed);
  (globalThis as { windlassParts?: PartsHad }).windlassParts = started;
}
