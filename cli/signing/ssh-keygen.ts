import { spawn } from 'node:child_process';
import { NAMESPACE } from '../../src/model/approval/statement';
import { UserError } from '../errors';
import type { SigningKey } from './keys';

/**
 * Signs a text with the person's own `ssh-keygen`, which asks the agent, for a passphrase, or for a touch of a security key. The armored
 * signature; throws with its words when there is none.
 */
export async function sign(text: string, { file }: SigningKey): Promise<string> {
  const child = spawn('ssh-keygen', ['-Y', 'sign', '-n', NAMESPACE, '-f', file], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [signature, said] = ['', ''];
  child.stdout.on('data', (some: Buffer) => (signature += String(some)));
  child.stderr.on('data', (some: Buffer) => {
    said += String(some);
    // A security key waits to be touched: that is said while it waits.
    if (/confirm user presence|passphrase|PIN/i.test(String(some))) process.stderr.write(some);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', () =>
      reject(new UserError('There is no ssh-keygen here to sign with. Install OpenSSH 8.2 or later.')),
    );
  });
  if (status === 0 && signature.includes('SSH SIGNATURE')) return signature;
  throw new UserError(`The key ${file} has not signed. ssh-keygen says: ${said.trim() || `it ended with ${status}`}`);
}
