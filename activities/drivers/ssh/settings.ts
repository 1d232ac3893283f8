/** The worker's SSH settings; everything else is in the files they name. */
export interface SshSettings {
  config: string;
  identity?: string;
  knownHosts?: string;
  agent?: string;
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
