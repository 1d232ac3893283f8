import type { Bench } from '../beds/bench';
import { takeTurns, type Turn } from '../rounds';
import { median, seconds, spread } from '../figures/stats';
import type { Section } from './index';

/** Eight services that take their time: what can be done side by side. */
export async function measureEight(bench: Bench): Promise<Section> {
  const { windlass, script, compose } = await (await bench.local()).application('eight', 8, { startS: 1, stopS: 1 });
  const sides = await takeTurns(bench, { windlass, script, compose });
  const base = median(sides.script.map(({ ms }) => ms));
  const row = (name: string, turns: Turn[]) => {
    const all = turns.map(({ ms }) => ms);
    return [name, `${all.length}`, seconds(median(all)), spread(all, seconds), (median(all) / base).toFixed(2)];
  };
  return {
    title: 'Release of eight services',
    about:
      'Each takes 1 s to become healthy and 1 s to stop, and does not wait for the others; all are built. Wanted: at most 0.6 × ' +
      'the script. `docker compose build && push && pull && up -d` asks no health check, and stops the old before it starts the new.',
    tables: [
      {
        head: ['side', 'rounds', 'until done', 'min–max', 'of the script'],
        rows: [row('windlass', sides.windlass), row('script', sides.script), row('docker compose', sides.compose)],
      },
    ],
  };
}
