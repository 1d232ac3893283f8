import type { Bench } from '../beds/bench';
import { type Outage, watchTraffic } from '../figures/outage';
import { median, milliseconds, spread } from '../figures/stats';
import type { Section } from './index';

/** What users notice of a deploy. */
export async function measureOutage(bench: Bench): Promise<Section> {
  const local = await bench.local();
  const application = await local.application('watched', 1);
  const { windlass, compose, composeAddress } = application;
  await windlass();
  await compose();
  const sides = {
    windlass: () => watchTraffic({ address: local.address, host: 'watched.localhost' }, windlass),
    'docker compose up -d': () => watchTraffic({ address: composeAddress, host: 'watched.localhost' }, compose),
  };
  const seen: Record<string, Outage[]> = { windlass: [], 'docker compose up -d': [] };
  for (let round = 0; round < bench.rounds; round++)
    for (const [name, watch] of Object.entries(sides)) seen[name]!.push(await watch());
  const rows = Object.entries(seen).map(([name, all]) => {
    const sum = (what: 'sent' | 'failed') => `${all.reduce((total, one) => total + one[what], 0)}`;
    const outages = all.map(({ ms }) => ms);
    return [
      name,
      `${all.length}`,
      sum('sent'),
      sum('failed'),
      milliseconds(median(outages)),
      spread(outages, milliseconds),
    ];
  });
  return {
    title: 'What users notice of a deploy',
    about:
      '100 requests a second, each over a new connection, to a service that starts at once, while a new version of it is built ' +
      'and deployed. *Outage*: from the first request that failed until the next that did not.',
    tables: [{ head: ['side', 'deploys', 'requests', 'failed', 'outage for each', 'min–max'], rows }],
  };
}
