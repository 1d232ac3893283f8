import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordRef } from '../../src/model/release';
import { inOrder } from '../canonical-json';
import { readPolicy } from '../policy';
import { readKey } from '../secrets/secret-hashes';
import type { Settings } from '../settings';

/** The worker's word that it has stored a record: what comes by a message may name any record, in any registry. */

type KeySettings = Pick<Settings, 'installation' | 'data'>;

/** The reference with a seal, where there is a policy that may ask for one. */
export async function seal(settings: KeySettings, ref: RecordRef): Promise<RecordRef> {
  return (await readPolicy()) ? { ...ref, seal: await sealOf(settings, ref) } : ref;
}

/** Has a worker of this installation stored the record there? */
export async function isSealed(settings: KeySettings, ref: RecordRef): Promise<boolean> {
  const [own, given] = [await sealOf(settings, ref), ref.seal ?? ''].map((text) => Buffer.from(text));
  return own!.length === given!.length && timingSafeEqual(own!, given!);
}

async function sealOf(settings: KeySettings, { app, release, registry, digest }: RecordRef): Promise<string> {
  const { installation } = settings;
  const text = inOrder({ record: { installation, app, release, registry, digest } });
  return createHmac('sha256', await readKey(settings))
    .update(text)
    .digest('hex');
}
