import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { UserError } from '../../errors';

/**
 * Everything that windlass hands to Temporal is encrypted with keys of the installation, where it has some: inputs, results,
 * failures with the last words of programs, notes for the UI. What was written before is read as it is.
 */
export class Codec implements PayloadCodec {
  constructor(private readonly keys: CodecKey[]) {}

  /** Are there keys? Without one all goes as it is, and what is encrypted is refused with what to do. */
  get seals(): boolean {
    return this.keys.length > 0;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    const [key] = this.keys;
    return Promise.resolve(key ? payloads.map((payload) => seal(key, payload)) : payloads);
  }

  // A refusal is a rejection, as callers expect.
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return await Promise.resolve(payloads).then((all) => all.map((one) => (isSealed(one) ? this.open(one) : one)));
  }

  private open({ metadata, data }: Payload): Payload {
    const id = Buffer.from(metadata?.[KEY] ?? []).toString();
    const key = this.keys.find((one) => one.id === id);
    if (key) return unseal(key, Buffer.from(data ?? []));
    throw new UserError(
      `What Temporal has is encrypted with the key ${id}, which is not known here.`,
      undefined,
      'Set WINDLASS_PAYLOAD_KEY, or WINDLASS_PAYLOAD_KEY_FILE, as the workers have it.',
    );
  }
}

export interface CodecKey {
  /** Tells keys apart, and nothing else of them. */
  id: string;
  bytes: Buffer;
}

const ENCODING = 'binary/encrypted';
const KEY = 'windlass-key';
const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: 96 random bits, and a tag of 128. */
const [IV, TAG] = [12, 16];
/** Shorter ones could be guessed. */
const SHORTEST = 32;

/**
 * The keys that the environment names: `WINDLASS_PAYLOAD_KEY`, or what is in the file `WINDLASS_PAYLOAD_KEY_FILE`. The first one
 * encrypts; others, after commas or in further lines, are for what was encrypted before.
 */
export function readCodec(env: NodeJS.ProcessEnv = process.env): Codec {
  const { WINDLASS_PAYLOAD_KEY: given, WINDLASS_PAYLOAD_KEY_FILE: file } = env;
  const texts = (given || (file ? readKeyFile(file) : '')).split(/[\s,]+/).filter(Boolean);
  const where = given ? 'WINDLASS_PAYLOAD_KEY' : `WINDLASS_PAYLOAD_KEY_FILE: ${file}`;
  const short = texts.find((text) => text.length < SHORTEST);
  if (short !== undefined)
    throw new UserError(
      `${where}: a key has ${short.length} signs. Expected ${SHORTEST} random ones at least.`,
      undefined,
      'Make one: openssl rand -hex 32',
    );
  return new Codec(texts.map(deriveKey));
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`WINDLASS_PAYLOAD_KEY_FILE: ${file} cannot be read (${code}).`);
  }
}

function deriveKey(text: string): CodecKey {
  const bytes = Buffer.from(hkdfSync('sha256', text, '', 'windlass payloads', 32));
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

const isSealed = ({ metadata }: Payload) => Buffer.from(metadata?.['encoding'] ?? []).toString() === ENCODING;

function seal({ id, bytes }: CodecKey, payload: Payload): Payload {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(CIPHER, bytes, iv);
  const data = Buffer.concat([iv, cipher.update(pack(payload)), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY]: Buffer.from(id) }, data };
}

function unseal({ bytes }: CodecKey, data: Buffer): Payload {
  const decipher = createDecipheriv(CIPHER, bytes, data.subarray(0, IV), { authTagLength: TAG });
  decipher.setAuthTag(data.subarray(-TAG));
  return unpack(Buffer.concat([decipher.update(data.subarray(IV, -TAG)), decipher.final()]));
}

/** The metadata as JSON, its length before it, and the data behind it. */
function pack({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, data ?? Buffer.alloc(0)]);
}

function unpack(bytes: Buffer): Payload {
  const end = 4 + bytes.readUInt32BE();
  const head = JSON.parse(bytes.subarray(4, end).toString()) as Record<string, string>;
  const metadata = Object.entries(head).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return { metadata: Object.fromEntries(metadata), data: bytes.subarray(end) };
}
