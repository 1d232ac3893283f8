import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../errors';
import { git } from '../local/git';

const run = promisify(execFile);

/** A key that can sign: the file to pass to `ssh-keygen`, and its fingerprint. */
export interface SigningKey {
  file: string;
  fingerprint: string;
}

/** Where a key was named. */
export interface NamedKey {
  where: string;
  /** A file, or the public key itself, whose private half the agent has. */
  key: string;
}

/** The key that a person has named: `--key`, WINDLASS_SIGNING_KEY, or git's `user.signingkey` where that is a key of SSH. */
export async function namedKey(option: string | undefined): Promise<NamedKey | undefined> {
  if (option) return { where: '--key', key: option };
  const variable = process.env['WINDLASS_SIGNING_KEY'];
  if (variable) return { where: 'WINDLASS_SIGNING_KEY', key: variable };
  const key = (await git('.', 'config', 'user.signingkey')) ?? '';
  const isSsh = isLine(key) || (await git('.', 'config', 'gpg.format')) === 'ssh';
  return key && isSsh ? { where: 'git’s user.signingkey', key } : undefined;
}

/** The keys that there are to sign with: the one that was named, else those of the agent. */
export async function findKeys(named: NamedKey | undefined): Promise<SigningKey[]> {
  if (named) return [await readKey(named)];
  const listed = await run('ssh-add', ['-L']).catch(() => ({ stdout: '' }));
  const lines = listed.stdout.split('\n').filter(isLine);
  return await Promise.all(lines.map((line) => readKey({ where: 'a key of the agent', key: line })));
}

async function readKey({ where, key }: NamedKey): Promise<SigningKey> {
  const file = isLine(key) ? writeLine(key) : key.replace(/^~(?=\/)/, homedir());
  if (!existsSync(file))
    throw new UserError(
      `${where}: there is no key ${key}.`,
      undefined,
      'Name the file of a private or public key of SSH.',
    );
  try {
    const { stdout } = await run('ssh-keygen', ['-lf', file]);
    return { file, fingerprint: stdout.split(' ')[1] ?? '' };
  } catch (error) {
    throw new UserError(
      `${where}: ${key} is no key of SSH that ssh-keygen can read. ${(error as Error).message.trim()}`,
    );
  }
}

/** `ssh-ed25519 AAAA…`, as git has it with `key::` before. */
const isLine = (key: string): boolean => /^(key::)?(ssh-|ecdsa-|sk-)\S+ AAAA/.test(key);

function writeLine(line: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-key-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'key.pub');
  writeFileSync(file, `${line.replace(/^key::/, '')}\n`);
  return file;
}
