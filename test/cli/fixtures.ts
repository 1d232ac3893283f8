import type { Plan, Step, StepProgress } from '../../src/model/plan';
import type { ReleaseProgress, RolloutProgress, StageProgress, Waiting } from '../../src/model/environment/progress';

/** A release in the making, as its query would tell it. Times count from `BEGAN`. */
export const BEGAN = Date.parse('2026-11-23T12:00:00Z');
export const at = (seconds: number) => BEGAN + seconds * 1000;

export const stage = (name: string, from: number, to?: number, more: Partial<StageProgress> = {}): StageProgress => ({
  name,
  state: to === undefined ? 'running' : 'done',
  startedAt: at(from),
  endedAt: to === undefined ? undefined : at(to),
  steps: [],
  ...more,
});

export const release = (stages: StageProgress[], more: Partial<ReleaseProgress> = {}): ReleaseProgress => ({
  app: 'shop',
  release: '3f2a91c0de',
  startedBy: 'ci@example.com',
  status: 'running',
  stages,
  warnings: [],
  ...more,
});

export const ROLLOUT = { workflowId: 'rollout/shop/staging', runId: 'run-1' };
export const ROLLOUT_KEY = 'rollout/shop/staging run-1';

const place = { target: 'local', release: '3f2a91c0de' };
const start = (service: string): Step => ({
  operation: { name: 'startInstances', ...place, service, count: 1 },
  undo: { name: 'removeInstances', ...place, service, left: 0 },
});

export const plan: Plan = {
  format: 2,
  app: 'shop',
  environment: 'staging',
  release: '3f2a91c0de',
  from: '0a1b2c3d4e',
  strategy: 'blue-green',
  before: [],
  changes: ['~ api: image 1f2e → 9a8b'],
  warnings: [],
  onFailure: 'rollback',
  phases: [
    { name: 'prepare', batches: [[start('api'), start('web')]] },
    {
      name: 'switch',
      batches: [
        [
          {
            operation: { name: 'switchRoutes', ...place },
            undo: { name: 'switchRoutes', target: 'local', release: '0a1b2c3d4e' },
          },
        ],
      ],
    },
    { name: 'soak', batches: [[{ operation: { name: 'verify', ...place, index: 0, title: 'GET / says 200' } }]] },
    { name: 'commit', batches: [] },
    {
      name: 'retire',
      batches: [
        [{ operation: { name: 'removeInstances', target: 'local', release: '0a1b2c3d4e', service: 'api', left: 0 } }],
      ],
    },
  ],
};

export const START_API = 'prepare: start api 3f2a91c0de on local';
export const START_WEB = 'prepare: start web 3f2a91c0de on local';
export const SWITCH = 'switch: switch routes to 3f2a91c0de on local';
export const VERIFY = 'soak: verify #1 GET / says 200 on local';

export const rollout = (steps: Record<string, StepProgress>, more: Partial<RolloutProgress> = {}): RolloutProgress => ({
  app: 'shop',
  environment: 'staging',
  release: '3f2a91c0de',
  plan,
  steps,
  ...more,
});

export const done = (from: number, to: number): StepProgress => ({
  state: 'done',
  startedAt: at(from),
  endedAt: at(to),
});
export const running = (from: number): StepProgress => ({ state: 'running', startedAt: at(from) });

export const failure = {
  kind: 'verification-failed',
  message: 'answered 500',
  operation: 'verify',
  host: 'local',
  lastLines: ['\u001b[31mlistening\u001b[0m', 'Error: no database'],
};

export const approval: Waiting = {
  kind: 'approval',
  environment: 'production',
  plan: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  policy: { from: ['ada@example.com', 'bo@example.com'], count: 1, starterMay: false, timeoutMs: 1 },
  decisions: [],
  until: at(3600),
  summary: {
    release: '3f2a91c0de',
    from: '0a1b2c3d4e',
    strategy: 'blue-green',
    steps: 6,
    changes: plan.changes,
    warnings: ['the command of api #1 cannot be undone'],
  },
};
