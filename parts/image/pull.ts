import type Docker from 'dockerode';

/** A hub that says nothing for this long is taken as one that cannot be reached. */
const FIRST_WORD_MS = 5_000;

/** Gives an image from the hub: true when the engine has it by then, false when there is no hub. */
export type Pull = (image: string) => Promise<boolean>;

/** Decides only once whether this engine reaches a hub, for a firewall can make each attempt slow. */
export function pullerFor(client: Docker): Pull {
  let reachable: Promise<boolean> | undefined;
  return async (image) => {
    if (await has(client, image)) return true;
    if (reachable) return (await reachable) && pull(client, image);
    const first = pull(client, image);
    reachable = first;
    return first;
  };
}

export async function has(client: Docker, image: string): Promise<boolean> {
  return client
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** The engine answers when the hub has; what goes wrong after that is in the stream. */
async function pull(client: Docker, image: string): Promise<boolean> {
  const stream = await firstWord(client, image);
  if (!stream) return false;
  return new Promise((resolve) => client.modem.followProgress(stream, (error) => resolve(!error)));
}

async function firstWord(client: Docker, image: string): Promise<NodeJS.ReadableStream | undefined> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), FIRST_WORD_MS);
  try {
    return await client.pull(image, { abortSignal: giveUp.signal });
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
