import type { StoreInput } from '../../../activities/types';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { Service } from '../../../src/model/service';

const service: Service = {
  name: 'web',
  kind: 'released',
  image: '',
  replicas: 1,
  dependsOn: [],
  networks: [],
  container: { environment: { TOKEN: '{{secret:token}}' }, mounts: [], ports: [], expose: [] },
  before: [],
  healthyWithinMs: 1,
  drainMs: 1,
};
const environment: EnvironmentRecord = {
  name: 'staging',
  project: 'shop-staging',
  targets: [],
  strategy: { kind: 'blue-green' },
  services: [service],
  networks: [],
  volumes: [],
  routes: [],
  verifications: [],
  soakMs: 1,
  retention: 1,
  onFailure: 'rollback',
  operators: [],
  variables: {},
  compose: [],
  secrets: {},
};
/** The image of its one service. */
export const image = `127.0.0.1:1/x@sha256:${'a'.repeat(64)}`;
/** What the record of a release with one service is made from. */
export const storeInput = (app: string, address: string, release = 'abc'): StoreInput => ({
  draft: {
    app,
    source: { url: 'https://u:canary-token@git.example/x.git?private=canary-token', commit: 'c'.repeat(40) },
    commit: { sha: 'c'.repeat(40), author: 'A', subject: 's', at: '2030-01-01T00:00:00Z' },
    registry: { address },
    builds: [],
    images: {},
    environments: [environment],
    warnings: [],
  },
  release,
  artifacts: { web: { image, origin: 'given' } },
  startedBy: 'me',
  createdAt: '2030-01-01T00:00:00Z',
});
