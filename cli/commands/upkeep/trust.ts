import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Connection } from '../../../src/model/target';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { MANIFEST, type ProjectOptions, readProject, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<host>', `a host of ${MANIFEST} by name or address, or any ssh://user@host`)
    .addHelpText(
      'after',
      examples('windlass trust web-1', 'windlass trust ssh://deploy@10.0.0.1 >> known_hosts') +
        '\n\nThe key the worker sees may be forged: compare the fingerprint on the host itself,' +
        '\nssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    );
  action(command, trust);
}

async function trust(name: string, options: ProjectOptions): Promise<CommandResult> {
  const { app } = await readProject(options);
  const host = await findHost(name, options.file);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const { note } = await import('../../print/terminal/output');
  return withTemporal(async (temporal) => {
    const shown = await inspect(temporal, 'trust', { app, host });
    note(
      `${shown.name} shows ${shown.fingerprint} (${shown.type}).`,
      shown.refused ? shown.refused : 'The worker already trusts it.',
      `In the manifest: hostKey: ${shown.fingerprint}`,
      "In the worker's known_hosts:",
    );
    return { json: shown, lines: [shown.line], exit: EXIT.done };
  });
}

/** The host's address in the manifest, read leniently; otherwise the name is itself an address. */
async function findHost(name: string, file: string): Promise<Connection> {
  const bare = { address: name.includes('://') ? name : `ssh://${name}` };
  if (!existsSync(file)) return bare;
  const { parseManifest } = await import('../../../src/manifest/parse');
  const { manifest } = parseManifest(file, readFileSync(file, 'utf8'));
  const hosts = Object.values(manifest?.environments ?? {}).flatMap((environment) => environment.hosts);
  const found = hosts.find((host) => host.name === name || host.address === bare.address);
  return found ? { address: found.address, hostKey: found.hostKey, via: found.via } : bare;
}
