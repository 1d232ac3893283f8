import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentRef } from '../../src/model/names';
import { isSameValue, type SecretHashes, secretsIn } from '../../src/model/container/secret';
import { permanent } from '../drivers/errors';
import { redactSaid } from './redact';
import type { SecretReader, SecretSources } from '.';
import type { Settings } from '../settings';

/**
 * Detects changes of secrets without keeping them: a short hash that only the installation's key
 * can make. The same value under another name or elsewhere has another hash.
 */

type KeySettings = Pick<Settings, 'installation' | 'data'>;
type Env = Record<string, string | undefined>;

/** The hashes of these secrets' values, and why some cannot be read. */
export async function hashSecrets(
  settings: KeySettings,
  { app, environment }: Pick<EnvironmentRef, 'app' | 'environment'>,
  names: string[],
  sources: SecretSources,
  reader: SecretReader,
): Promise<{ hashes: SecretHashes; lacking: { name: string; why: string }[] }> {
  if (names.length === 0) return { hashes: {}, lacking: [] };
  const hash = hasherOf(await readKey(settings));
  const hashes: SecretHashes = {};
  const lacking: { name: string; why: string }[] = [];
  await Promise.all(
    names.map(async (name) => {
      const source = sources[name];
      const found = source ? await reader.find(source) : { lacks: 'no such secret is declared' };
      if ('value' in found) hashes[name] = hash([app, environment, name, found.value]);
      else lacking.push({ name, why: found.lacks });
    }),
  );
  return { hashes: inOrder(hashes), lacking: lacking.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Of what is in a file, which may be a secret: as long as a name needs to be, to be no other's. */
export async function hashContent(
  settings: KeySettings,
  { app, environment }: Pick<EnvironmentRef, 'app' | 'environment'>,
  content: Buffer,
): Promise<string> {
  const mac = createHmac('sha256', await readKey(settings)).update(JSON.stringify([app, environment]));
  return mac.update(content).digest('hex').slice(0, 32);
}

/** The secrets that plain data refers to. */
export const secretsWithin = (data: unknown): string[] => secretsIn(JSON.stringify(data)).sort();

/** As a container's label: `API_TOKEN=1f2e3d4c-5b6a79880001,DB=…`; undefined when there are none. */
export const writeHashes = (hashes: SecretHashes): string | undefined =>
  Object.entries(hashes)
    .map(([name, hash]) => `${name}=${hash}`)
    .join() || undefined;

export const readHashes = (label: string | undefined): SecretHashes =>
  Object.fromEntries((label ?? '').split(',').flatMap((one) => (one ? [one.split('=') as [string, string]] : [])));

/** A container's output with secrets redacted: those it was created with, because today's values may differ. */
export async function redactLog(
  text: string,
  settings: KeySettings,
  place: Pick<EnvironmentRef, 'app' | 'environment'>,
  { made, sources, reader }: { made: SecretHashes; sources: SecretSources; reader: SecretReader },
): Promise<string> {
  const { values, unread } = await reader.known(sources);
  const { hashes } = await hashSecrets(settings, place, Object.keys(made), sources, reader);
  const others = Object.keys(made).filter((name) => !isSameValue(made[name], hashes[name]));
  return redactSaid(text, { values, unread: [...new Set([...unread, ...others])] });
}

const inOrder = (hashes: SecretHashes): SecretHashes =>
  Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The first digits identify the key, so that a changed key is not taken for a changed value. */
function hasherOf(key: string): (parts: string[]) => string {
  const mac = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  const ofKey = mac('key').slice(0, 8);
  return (parts) => `${ofKey}-${mac(JSON.stringify(parts)).slice(0, 12)}`;
}

/** Shorter ones could be guessed, and with them the values. */
const SHORTEST_KEY = 32;

/** The installation's key: the workers' setting, or a file that the first worker generates. */
export async function readKey({ installation, data }: KeySettings, env: Env = process.env): Promise<string> {
  const given = env['WINDLASS_KEY'];
  if (given && given.length < SHORTEST_KEY)
    throw permanent({
      kind: 'bad-key',
      message: `WINDLASS_KEY has ${given.length} characters. Expected at least ${SHORTEST_KEY} random ones: openssl rand -hex 32`,
    });
  if (given) return given;
  const file = join(data, `${installation}.key`);
  try {
    if (!existsSync(file)) await makeKey(data, file);
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw permanent({
      kind: 'bad-key',
      message: `the worker cannot store the installation's key in ${file} (${(error as NodeJS.ErrnoException).code}). Set WINDLASS_DATA to a writable folder, or set WINDLASS_KEY`,
    });
  }
}

/** The first worker creates it. It is linked into place when complete, so that nobody reads half of it. */
async function makeKey(data: string, file: string): Promise<void> {
  await mkdir(data, { recursive: true });
  const mine = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(mine, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(mine, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(mine, { force: true });
  }
}
