import { connectEngine } from '../../../activities/drivers/docker/connect';
import { closeConnections } from '../../../activities/drivers/ssh/connections';
import type { Bench } from '../beds/bench';
import { median, milliseconds, spread } from '../figures/stats';
import type { Section } from './index';

const CALLS = 20;

/** What one call of a host's engine costs over SSH. */
export async function measureEngineCall(bench: Bench): Promise<Section> {
  const { hosts, ssh } = await bench.hosts();
  const [host] = hosts;
  const engine = connectEngine(host!, { dockerHost: '', ssh });
  const near = connectEngine({ name: 'near', address: host!.engine }, { dockerHost: '' });
  const call = async (one: typeof engine, before?: () => void) => {
    before?.();
    const began = performance.now();
    await one.inspectContainer('nobody');
    return performance.now() - began;
  };
  const calls: Record<string, () => Promise<number>> = {
    'the connection that is held': () => call(engine),
    'a new connection': () => call(engine, closeConnections),
    'no SSH: its socket': () => call(near),
  };
  const times: Record<string, number[]> = {};
  await call(engine);
  for (let count = 0; count < CALLS; count++)
    for (const [name, timed] of Object.entries(calls)) {
      // What the turn before closed is opened again first.
      if (name === 'the connection that is held') await call(engine);
      (times[name] ??= []).push(await timed());
    }
  const all = Object.entries(times).map(([name, ms]) => [
    name,
    `${ms.length}`,
    milliseconds(median(ms)),
    spread(ms, milliseconds),
  ]);
  return {
    title: 'One call of an engine over SSH',
    about: 'A request for a missing container. Wanted: 15 ms over the kept connection.',
    tables: [{ head: ['over', 'calls', 'median', 'min–max'], rows: all }],
  };
}
