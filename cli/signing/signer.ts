import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Signature,
  type Signing,
  stateThat,
  type Statement,
  textToSign,
} from '../../src/model/approval/statement';
import type { Temporal } from '../client';
import { UserError } from '../errors';
import { who, type WhoOptions, withWho } from '../local/who';
import { findKeys, namedKey, type SigningKey } from './keys';
import { sign } from './ssh-keygen';

/** Options of the commands that a policy may want signed. */
export interface SignOptions extends WhoOptions {
  key?: string;
}

export const withSigner = (command: Command): Command =>
  withWho(command).option(
    '--key <file>',
    "the SSH key to sign with, where the policy wants it (default: WINDLASS_SIGNING_KEY, else git's user.signingkey, else a key of the agent)",
  );

type ToSign = Omit<
  Statement,
  'installation' | 'by' | 'nonce' | 'expires' | 'environment' | 'release' | 'record' | 'plan' | 'detail'
> &
  Partial<Statement>;

/** Who says something, and how it is signed. */
export interface Signer {
  /** The name in the policy, where that wants signatures. */
  by: string;
  /** Undefined where no signature is wanted. `validMs`: how long it may be used from now on. */
  sign(said: ToSign, validMs: number): Promise<Signature | undefined>;
}

/** For what is asked at once; what waits for others takes longer. */
export const AN_HOUR = 3_600_000;
export const A_DAY = 24 * AN_HOUR;

/** Asks the worker whether decisions there must be signed, and by whom: on an environment, or anywhere in the application. */
export async function signerFor(
  temporal: Temporal,
  where: { app: string; environment?: string },
  options: SignOptions,
): Promise<Signer> {
  return await signerOf(temporal, await askWorker(temporal, where, options), options);
}

/** How long to wait for a worker that may have crashed, when nobody expects to sign. */
const PATIENCE_MS = 30_000;

/** Undefined without a worker, too: the message then waits for one, which refuses it if it must be signed. */
async function askWorker(
  temporal: Temporal,
  where: { app: string; environment?: string },
  { key }: SignOptions,
): Promise<Signing | undefined> {
  const { hasWorker } = await import('../temporal/connect/workers');
  if (!(await hasWorker(temporal))) return undefined;
  const { inspect } = await import('../temporal/inspection');
  const asked = inspect(temporal, 'signing', where);
  if (key || process.env['WINDLASS_SIGNING_KEY']) return (await asked).signing;
  asked.catch(() => undefined);
  const { signing } = await Promise.race([asked, sleep(PATIENCE_MS, { signing: undefined }, { ref: false })]);
  return signing;
}

/** The signer for what the worker has said of signatures. */
export async function signerOf(
  { taskQueue: installation }: Temporal,
  signing: Signing | undefined,
  options: SignOptions,
): Promise<Signer> {
  if (!signing) return { by: await who(options), sign: async () => undefined };
  const { by, key } = await chooseKey(signing, options);
  return {
    by,
    async sign(said, validMs) {
      const expires = new Date(Date.now() + validMs).toISOString();
      const statement = stateThat({ ...said, nonce: said.nonce ?? randomUUID(), installation, by, expires });
      return { nonce: statement.nonce, expires, signature: await sign(textToSign(statement), key) };
    },
  };
}

/** The first key at hand that the policy lists; with `--by`, for that person. */
async function chooseKey({ keys }: Signing, options: SignOptions): Promise<{ by: string; key: SigningKey }> {
  const named = await namedKey(options.key);
  const found = await findKeys(named);
  for (const key of found) {
    const [by] = Object.entries(keys).find(([, known]) => known.includes(key.fingerprint)) ?? [];
    if (by !== undefined && (options.by === undefined || options.by === by)) return { by, key };
  }
  const at = named ? `${named.where} (${found[0]?.fingerprint})` : `a key of the agent (${found.length} there)`;
  const known = Object.entries(keys).map(([person, of]) => `  ${person}  ${of.join(' ')}`);
  throw new UserError(
    [
      `The policy wants a signature${options.by ? ` of ${options.by}` : ''}, and ${at} is none of these:`,
      ...known,
    ].join('\n'),
    undefined,
    'Name your key with --key FILE or WINDLASS_SIGNING_KEY, or add it to your agent: ssh-add FILE',
  );
}
