import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startChild, waitUntil } from '../run/children';
import { findProgram, run as runCommand } from '../run/commands';
import { descendantsOf } from '../run/process-table';
import { endProcess, type ProcessId } from '../run/processes';
import type { Run } from '../run/runs';
import type { Made } from '../run/undo';

/** An sshd within a namespace, whose connections can be counted and cut. */
export async function startSsh(run: Run, { within, data, ip }: { within: string[]; data: string; ip: string }) {
  await makeKey(join(data, 'host_key'));
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const file = join(data, 'sshd_config');
  const settings = [
    `ListenAddress ${ip}:22`,
    `HostKey ${data}/host_key`,
    `AuthorizedKeysFile ${join(data, '../identity.pub')}`,
    `PidFile ${data}/sshd.pid`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'MaxStartups 100',
  ];
  writeFileSync(file, settings.join('\n'));
  let listener: Made & ProcessId;
  const start = async () => {
    const args = [...within.slice(1), findProgram('sshd')!, '-D', '-e', '-f', file];
    const child = await startChild(within[0]!, args, `${data}/sshd.log`);
    listener = { kind: 'process', pid: child.pid, started: child.started };
    run.record(listener);
    await waitUntil(child, 20_000, () => reach(22, ip));
  };
  await start();
  const connections = () => descendantsOf(listener.pid);
  return {
    connections: () => connections().length,
    async cutSsh() {
      const cut = connections();
      await endProcess(listener, 0);
      await Promise.all(cut.map((one) => endProcess(one, 0)));
    },
    mendSsh: start,
  };
}

/** An Ed25519 key without a passphrase; returns its file. */
export async function makeKey(file: string): Promise<string> {
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'windlass test', '-f', file]);
  chmodSync(file, 0o600);
  return file;
}

const reach = (port: number, host: string) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host }, () => resolve(void socket.destroy()));
    socket.once('error', reject);
  });
