import { ask, type Target } from '../../traffic/client';

/** What a client missed. */
export interface Outage {
  sent: number;
  failed: number;
  /** From the first request that failed until the next that did not, all such times together. */
  ms: number;
}

const EVERY_MS = 10;

/** Sends a request every 10 ms while something is done, each over a connection of its own. */
export async function watchTraffic(target: Target, work: () => Promise<unknown>): Promise<Outage> {
  const requests: Promise<{ at: number; isFine: boolean }>[] = [];
  const timer = setInterval(() => {
    const at = Date.now();
    const answer = ask(target).then(
      () => true,
      () => false,
    );
    requests.push(answer.then((isFine) => ({ at, isFine })));
  }, EVERY_MS);
  await work();
  clearInterval(timer);
  const all = await Promise.all(requests);
  const begins = all.filter(({ isFine }, index) => !isFine && (index === 0 || all[index - 1]!.isFine));
  const lengths = begins.map(({ at }) => (all.find((one) => one.at > at && one.isFine) ?? all.at(-1)!).at - at);
  return {
    sent: all.length,
    failed: all.filter(({ isFine }) => !isFine).length,
    ms: lengths.reduce((sum, length) => sum + length, 0),
  };
}
