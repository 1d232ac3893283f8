/** What the docker client, compose's host, reads of its environment; any other DOCKER_… is an application's. */
const DOCKER =
  'HOST|CONTEXT|CONFIG|API_VERSION|CERT_PATH|TLS.*|DEFAULT_PLATFORM|BUILDKIT|CONTENT_TRUST.*|CLI_.*|CUSTOM_HEADERS|AUTH_CONFIG|HIDE_LEGACY_COMMANDS|TMPDIR|RAMDISK|DRIVER|OPTS';

const STEERING = new RegExp(
  `^(${[
    '(LD|DYLD|BUILDX|BUILDKIT)_.*',
    `DOCKER_(${DOCKER})`,
    'COMPOSE_(?!PROFILES$).*',
    'GIT_(?!(SHA|COMMIT|BRANCH|TAG|REF|USERNAME|PASSWORD|TOKEN)$).*',
    'SSH_(ASKPASS.*|AUTH_SOCK)',
    'BASH_(ENV|FUNC_.*)|BASHOPTS|SHELLOPTS|SHELL|IFS|PATH|HOME|PWD',
  ].join('|')})$`,
);

/**
 * A name that docker, git, a loader or a shell takes for orders: what to load, what to run first, where to find things. No
 * program of windlass sees a variable of a manifest; these would be obeyed the moment that one did. What is meant for programs
 * in containers (NODE_OPTIONS, HTTP_PROXY, ENV), and what names a commit, a login or an image (GIT_SHA, GIT_TOKEN, DOCKER_IMAGE),
 * is an ordinary name.
 */
export const steers = (name: string): boolean => STEERING.test(name);
