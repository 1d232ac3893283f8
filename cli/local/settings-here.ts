import { readSettings, type Settings } from '../../activities/settings';

/** This terminal's settings, with the machine's `docker compose` or a fetched one, as `windlass dev` has it. */
export async function settingsHere(): Promise<Settings> {
  const settings = readSettings(process.env);
  if (process.env['WINDLASS_COMPOSE']) return settings;
  const { findCompose } = await import('../../parts/find/compose');
  return { ...settings, composeCommand: (await findCompose()).command };
}
