/** Does a deed for each item, `atOnce` at a time; results in the order of the items. The first failure ends it. */
export async function inParallel<T, R>(atOnce: number, items: T[], deed: (item: T) => Promise<R>): Promise<R[]> {
  const limit = limiter(atOnce);
  return Promise.all(items.map((item) => limit(() => deed(item))));
}

/** Lets `atOnce` deeds run at a time; the others wait, first come, first served. A signal ends the waiting with its reason. */
export function limiter(atOnce: number): <R>(deed: () => Promise<R>, signal?: AbortSignal) => Promise<R> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (deed, signal) => {
    if (free > 0) free--;
    else await turn(waiting, signal);
    try {
      return await deed();
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
