import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE, stateThat, type Statement, textToSign } from '../src/model/approval/statement';

/** People with SSH keys, and a policy by which their decisions count with a signature only. */
export class People {
  /** The policy, for WINDLASS_POLICY. */
  readonly policy: string;

  private constructor(private readonly dir: string) {
    this.policy = join(dir, 'policy.yaml');
  }

  /** Makes a key for each person, and the policy with those who are `known`. */
  static create(dir: string, { known, strangers = [] }: { known: string[]; strangers?: string[] }): People {
    mkdirSync(dir, { recursive: true });
    const people = new People(dir);
    for (const name of [...known, ...strangers])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', people.keyOf(name)]);
    people.writePolicy(known, true);
    return people;
  }

  /** The file of a person's private key. */
  keyOf = (name: string): string => join(this.dir, name.replace(/@.*/, ''));

  /** Everything is allowed but what is not signed. */
  writePolicy(known: string[], signed: boolean): void {
    const keys = known.map((name) => [name, readFileSync(`${this.keyOf(name)}.pub`, 'utf8').trim()]);
    const any = ['**'];
    const rule = {
      apps: ['*'],
      signed,
      sources: any,
      targets: any,
      routes: any,
      registries: any,
      secrets: { env: any },
    };
    writeFileSync(this.policy, JSON.stringify({ people: Object.fromEntries(keys), rules: [rule] }, undefined, 2));
  }

  /** What this person signs, by ssh-keygen: in their own name, or in that of another. */
  sign(name: string, said: Omit<Statement, 'expires' | 'detail'>) {
    const statement = stateThat({ ...said, expires: new Date(Date.now() + 600_000).toISOString() });
    const options = ['-Y', 'sign', '-n', NAMESPACE, '-f', this.keyOf(name)];
    const input = textToSign(statement);
    const signature = execFileSync('ssh-keygen', options, { input, stdio: ['pipe', 'pipe', 'ignore'] }).toString();
    return { nonce: statement.nonce, expires: statement.expires, signature };
  }
}
