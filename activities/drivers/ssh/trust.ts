import { Client, type ConnectConfig } from 'ssh2';
import type { ShownKey } from '../../../src/model/inspection';
import type { Connection } from '../../../src/model/target';
import { sshTo } from './connections';
import { findEndpoint } from './endpoint';
import { explainConnecting } from './errors';
import { knownHostsLine, preferredKinds, refuseHostKey } from './host-key';
import { fingerprint, keyType } from './known-hosts';
import type { SshSettings } from './settings';

/** Reads a host's key without logging in. Jump hosts on the way must be trusted already. */
export async function readHostKey(connection: Connection, settings: SshSettings): Promise<ShownKey> {
  const endpoint = findEndpoint(connection, settings);
  const sock = endpoint.via && (await sshTo(endpoint.via, settings).openPort(endpoint.host, endpoint.port));
  const client = new Client();
  const key = await new Promise<Buffer>((resolve, reject) => {
    const config: ConnectConfig = {
      host: endpoint.host,
      port: endpoint.port,
      username: endpoint.user,
      ...(sock && { sock: sock as never }),
      hostVerifier: (shown: Buffer) => {
        resolve(shown);
        return false;
      },
      algorithms: { serverHostKey: preferredKinds(endpoint) as never },
      readyTimeout: 15_000,
    };
    client.on('error', (error) => reject(explainConnecting(endpoint, { methods: [], names: [], left: [] }, error)));
    client.connect(config);
  }).finally(() => client.destroy());
  const refused = refuseHostKey(endpoint, key);
  return {
    name: endpoint.name,
    type: keyType(key),
    fingerprint: fingerprint(key),
    line: knownHostsLine(endpoint, key),
    ...(refused && { refused }),
  };
}
