/** Runs `work` for every item, `atOnce` in parallel. Returns results in order; the first failure ends it. */
export async function inParallel<T, R>(atOnce: number, items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const limit = limiter(atOnce);
  return Promise.all(items.map((item) => limit(() => work(item))));
}

/** Limits parallel calls to `atOnce`, first come, first served. A signal ends a wait with its reason. */
export function limiter(atOnce: number): <R>(work: () => Promise<R>, signal?: AbortSignal) => Promise<R> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (work, signal) => {
    if (free > 0) free--;
    else await turn(waiting, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

function turn(waiting: (() => void)[], signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const go = () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      const place = waiting.indexOf(go);
      if (place >= 0) waiting.splice(place, 1);
      reject(signal!.reason as Error);
    };
    waiting.push(go);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
