import type { PartsHad } from '../../parts/start';

/** Stops what `start` started. */
export default async function stop(): Promise<void> {
  await (globalThis as { windlassParts?: PartsHad }).windlassParts?.stop();
}
