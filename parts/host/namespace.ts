import { randomBytes } from 'node:crypto';
import { findProgram, run as runCommand } from '../run/commands';
import type { Run } from '../run/runs';

/** A namespace with one end of a cable in it, whose other end is in the bridge; returns what enters it. */
export async function makeNamespace(run: Run, ip: string, bridge: string): Promise<string[]> {
  const name = `windlass-${randomBytes(4).toString('hex')}`;
  const [inside, outside] = ['eth0', `w${name.slice(-8)}`];
  run.record({ kind: 'namespace', name });
  await runCommand('ip', ['netns', 'add', name]);
  // Not `ip netns exec`, which hides the mounts of cgroups.
  const within = [findProgram('nsenter')!, `--net=/run/netns/${name}`];
  const enter = (...command: string[]) => runCommand(within[0]!, [within[1]!, ...command]);
  await runCommand('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', name]);
  await runCommand('ip', ['link', 'set', outside, 'master', bridge, 'up']);
  await enter('ip', 'link', 'set', 'lo', 'up');
  await enter('ip', 'address', 'add', `${ip}/24`, 'dev', inside);
  await enter('ip', 'link', 'set', inside, 'up');
  await enter('ip', 'route', 'add', 'default', 'via', ip.replace(/\d+$/, '1'));
  return within;
}
