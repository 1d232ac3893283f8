/** What the worker has for SSH; everything else is in the files that these name. */
export interface SshSettings {
  /** As OpenSSH's own: `~/.ssh/config`. */
  config: string;
  /** A private key, besides those of the agent. */
  identity?: string;
  /** Besides what the configuration names: the hosts' keys. */
  knownHosts?: string;
  /** The socket of an agent. */
  agent?: string;
  /** Where `~` leads. */
  home: string;
}

export function readSshSettings(env: NodeJS.ProcessEnv): SshSettings {
  const home = env['HOME'] ?? '/root';
  return {
    home,
    config: env['WINDLASS_SSH_CONFIG'] ?? `${home}/.ssh/config`,
    identity: env['WINDLASS_SSH_IDENTITY'],
    knownHosts: env['WINDLASS_SSH_KNOWN_HOSTS'],
    agent: env['SSH_AUTH_SOCK'],
  };
}
