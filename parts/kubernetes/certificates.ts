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

/** Makes an authority that is good for as long as a run of tests may take. Needs openssl. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  const makeKey = (name: string) => run('openssl', [...CURVE, '-out', at(`${name}.key`)]);
  await makeKey('ca');
  const ca = { cert: at('ca.crt'), key: at('ca.key') };
  await run('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    ca.key,
    '-subj',
    '/CN=windlass-parts',
    '-out',
    ca.cert,
    ...DAYS,
  ]);
  return {
    ...ca,
    async issue(name, { user, group, names }) {
      await makeKey(name);
      const [request, cert, extensions] = [at(`${name}.csr`), at(`${name}.crt`), at(`${name}.ext`)];
      const subject = `${group ? `/O=${group}` : ''}/CN=${user}`;
      const usage = `extendedKeyUsage=clientAuth${names ? ',serverAuth' : ''}\n`;
      writeFileSync(extensions, usage + (names ? `subjectAltName=${names.join()}\n` : ''));
      await run('openssl', ['req', '-new', '-key', at(`${name}.key`), '-subj', subject, '-out', request]);
      // A serial number by chance: several are issued at once.
      const signing = ['-CA', ca.cert, '-CAkey', ca.key, '-extfile', extensions, ...DAYS];
      await run('openssl', ['x509', '-req', '-in', request, '-out', cert, '-set_serial', serial(), ...signing]);
      return { cert, key: at(`${name}.key`) };
    },
  };
}

const CURVE = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'];
const DAYS = ['-days', '7'];

let issued = 0;
const serial = () => `${process.pid}${Date.now()}${issued++}`;
