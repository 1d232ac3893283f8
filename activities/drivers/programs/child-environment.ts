/**
 * The only variables that child programs inherit from the worker. None comes from a commit: facts
 * about a release reach programs through files and arguments.
 */
type ProcessEnvironment = Record<string, string | undefined>;

const pick = (names: string[]): ProcessEnvironment =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

const NETWORK = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
const AUTHORITIES = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];
const PERSON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK'];

/** For docker compose, which interpolates its environment into the commit's files: only its own settings. */
export const composeEnvironment = (configFolder: string): ProcessEnvironment => ({
  COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
  COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
  DOCKER_CONFIG: configFolder,
});

/** For buildx: docker's plugins and logins, and an SSH agent. */
export const buildxEnvironment = (): ProcessEnvironment =>
  pick([
    ...PERSON,
    ...NETWORK,
    ...AUTHORITIES,
    'DOCKER_CONFIG',
    'DOCKER_CERT_PATH',
    'DOCKER_TLS_VERIFY',
    'BUILDX_CONFIG',
    'BUILDX_BUILDER',
  ]);

const GIT = (
  'GIT_ASKPASS GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT XDG_CONFIG_HOME XDG_RUNTIME_DIR GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM ' +
  'GIT_CONFIG_NOSYSTEM GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_SSL_CERT GIT_SSL_KEY GIT_USERNAME GIT_PASSWORD GIT_TOKEN'
).split(' ');

const gitConfiguration = (): ProcessEnvironment =>
  pick(Object.keys(process.env).filter((name) => /^GIT_CONFIG_(COUNT|(KEY|VALUE)_\d+)$/.test(name)));

/** For git: the worker's own credentials, no prompts, no hooks, no programs in addresses. */
export function gitEnvironment(more: Record<string, string> = {}): ProcessEnvironment {
  const own = { ...pick([...PERSON, ...NETWORK, ...AUTHORITIES, ...GIT]), ...gitConfiguration() };
  return {
    ...own,
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS: '',
    ...(!own['GIT_SSH_COMMAND'] && !own['GIT_SSH'] && { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }),
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_LFS_SKIP_SMUDGE: '1',
    LC_ALL: 'C',
    ...more,
  };
}
