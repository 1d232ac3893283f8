import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run/commands';

/** PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Who a certificate is for: Kubernetes takes the user from the common name, and the groups from the organisation. */
export interface Subject {
  user: string;
  group?: string;
  /** What a server is called: `IP:10.0.0.1`, `DNS:localhost`. */
  names?: string[];
}

/** A certificate authority of its own, whose files lie in a folder. */
export interface Authority extends Certificate {
  issue(name: string, subject: Subject): Promise<Certificate>;
}

/** Makes an authority that is good for as long as a run of tests may take. Needs openssl 3. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  // What the machine's own settings add is not for these.
  writeFileSync(at('openssl.cnf'), '[req]\ndistinguished_name = subject\n[subject]\n');
  const make = async (name: string, subject: string, extensions: string[], signing: string[] = []) => {
    const [cert, key] = [at(`${name}.crt`), at(`${name}.key`)];
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    writeFileSync(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
    const more = extensions.flatMap((one) => ['-addext', one]);
    const own = ['-config', at('openssl.cnf'), '-days', '7', '-set_serial', serial()];
    await run('openssl', [
      'req',
      '-x509',
      '-new',
      '-key',
      key,
      '-subj',
      subject,
      '-out',
      cert,
      ...own,
      ...more,
      ...signing,
    ]);
    return { cert, key };
  };
  const ca = await make('ca', '/CN=windlass-parts', ['basicConstraints=critical,CA:TRUE']);
  return {
    ...ca,
    issue: (name, { user, group, names }) =>
      make(
        name,
        `${group ? `/O=${group}` : ''}/CN=${user}`,
        [
          `extendedKeyUsage=clientAuth${names ? ',serverAuth' : ''}`,
          ...(names ? [`subjectAltName=${names.join()}`] : []),
        ],
        ['-CA', ca.cert, '-CAkey', ca.key],
      ),
  };
}

let issued = 0;
/** One by one, for several are made at once. */
const serial = () => `${process.pid}${Date.now()}${issued++}`;
