import type { ObservedHost } from '../../../model/observed';
import type { Step } from '../../../model/plan';
import type { Own, Words } from '../../engines/own';

export const DOCKER_WORDS: Words = {
  thing: 'container',
  maker: 'docker compose',
  project: 'compose project',
  start: (project) => `docker compose -p ${project} up -d`,
  remove: (project) => `docker compose -p ${project} rm`,
  stop: (name) => `docker stop ${name}, docker update --restart no ${name}`,
};

/** A host. Pulled images are a cache and have no undo. */
export const DOCKER: Own = {
  words: DOCKER_WORDS,
  adopts: true,
  fetch: (target, services, release) =>
    services.map(({ name }): Step => ({ operation: { name: 'pullImage', target, service: name, release } })),
  tidy: ({ keepImages }, target) => [{ operation: { name: 'pruneImages', target, keep: keepImages } }],
  leave: (target) => ({ operation: { name: 'leaveHost', target } }),
  proxies: ({ name }, found) => [{ at: name, had: (found as ObservedHost).proxy }],
};
