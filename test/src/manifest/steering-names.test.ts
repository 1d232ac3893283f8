import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/text/problem';

const problemsOf = (key: string, name: string) => {
  const value = key === 'secrets' ? '{ env: X }' : 'x';
  const text = `app: shop\nenvironments:\n  staging:\n    hosts: [local]\n    ${key}:\n      ${name}: ${value}\n`;
  return parseManifest('windlass.yaml', text).problems.map(describeProblem);
};

const STEERING =
  'COMPOSE_FILE COMPOSE_ENV_FILES DOCKER_HOST DOCKER_CONFIG DOCKER_TLS_VERIFY DOCKER_CLI_PLUGIN_EXTRA_DIRS DOCKER_AUTH_CONFIG BUILDX_CONFIG BUILDKIT_HOST LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH ' +
  'DYLD_INSERT_LIBRARIES BASH_ENV PATH HOME IFS GIT_SSH_COMMAND GIT_DIR GIT_CONFIG_COUNT SSH_ASKPASS SSH_AUTH_SOCK';

test.each(STEERING.split(' '))('C1: %s steers a program, and is refused where it stands', (name) => {
  for (const key of ['variables', 'secrets'])
    expect(problemsOf(key, name)).toEqual([
      expect.stringMatching(
        new RegExp(`^windlass.yaml:6:7 environments.staging.${key}.${name}: is a name that controls `),
      ),
    ]);
});

test.each(
  'COMPOSE_PROFILES ENV NODE_OPTIONS HTTP_PROXY PYTHONPATH GIT_SHA GIT_TOKEN SSH_PRIVATE_KEY DOCKERHUB_TOKEN DOCKER_IMAGE DOCKER_WEB_PORT'.split(
    ' ',
  ),
)('%s is of an application', (name) =>
  expect(problemsOf(/KEY|TOKEN/.test(name) ? 'secrets' : 'variables', name)).toEqual([]),
);
