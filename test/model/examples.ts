import type { Shape } from './applications';
import type { Message, Scenario } from './scenarios';

const web = (hosts: string[], routed: boolean): Shape => ({
  services: [{ name: 'web', kind: 'released', replicas: 1, before: [] }],
  hosts,
  strategy: 'blue-green',
  soakMs: 0,
  routed,
  onFailure: 'rollback',
});

function withData(shape: Shape): Shape {
  const [first, ...others] = shape.services;
  const before = [{ command: ['up'], undo: ['down'] }];
  const db = { name: 'db', kind: 'accessory' as const, replicas: 1, before: [], version: 'c' };
  return { ...shape, services: [{ ...first!, before }, ...others, db] };
}

type Law = 'allOrNothing' | 'replay' | 'twice' | 'restore' | 'excluded' | 'composed' | 'history';

/** Counter-examples that were found, shrunk, and are tried first ever since; what each one broke stands beside it. */
export const EXAMPLES: Record<Law, unknown[][]> = {
  // a host that left the environment went on sending requests to instances that were removed
  allOrNothing: [[web(['a'], true), web(['c'], false), []]],
  replay: [],
  // the undo on a new host sent requests to the old release, which never was there, and could not without a proxy
  twice: [[web(['c'], true), web(['a', 'c'], false)]],
  excluded: [],
  composed: [],
  history: [],
  restore: [
    [web(['a', 'b'], true), web(['a', 'c'], false), [], []],
    // what a switch that was torn off could still do where nothing was routed was more than the law said
    ...[8, 11, 13].map((actions) => [undefined, web(['c'], true), Array<number>(actions).fill(0), []]),
    // what keeps data and was new stayed, as it should, and the law did not say so
    ...[10, 15].map((actions) => [web(['c'], false), withData(web(['a'], false)), Array<number>(actions).fill(0), []]),
  ],
};

const sent = (what: Message['what'], more: Partial<Message> = {}): Message => ({
  what,
  release: 0,
  who: 'ana@example.com',
  plan: 'asked',
  id: 'own',
  answer: 'retry',
  twice: false,
  after: 0,
  takes: 0,
  ...more,
});

const order = (messages: Message[], more: Partial<Scenario> = {}): [Scenario] => [
  {
    shapes: [web(['a'], false), web(['b'], false), web(['c'], false)],
    first: undefined,
    last: web(['a'], false),
    messages,
    fates: [],
    order: [],
    starts: [],
    approvals: 0,
    ...more,
  },
];

/** As `EXAMPLES`, of orders of messages. */
export const ORDERS: [Scenario][] = [
  // a request that came again while its rollout was starting, or after it, was carried out a second time
  order([sent('release', { twice: true })]),
  // with the id of an approval, for it was copied with it, a rejection was taken for the approval, and lost
  order(
    [
      sent('release'),
      sent('approve', { id: 'A-NEW-ID', after: 3 }),
      sent('reject', { id: 'A-NEW-ID', who: 'ben@example.com', after: 3 }),
    ],
    { approvals: 2 },
  ),
  // one person was counted for two
  order([sent('release'), sent('approve', { after: 3 }), sent('approve', { after: 3 })], { approvals: 2 }),
  // what was said of the plan before was counted for the one after
  order(
    [
      sent('release'),
      sent('release', { release: 1 }),
      sent('approve', { release: 1, after: 3 }),
      sent('approve', { after: 3 }),
      sent('approve', { who: 'ben@example.com', after: 3 }),
      sent('approve', { release: 1, who: 'ben@example.com', after: 40 }),
      sent('approve', { release: 1, who: 'ben@example.com', after: 10 }),
    ],
    { approvals: 2, shapes: [web(['a'], false), web(['a'], false), web(['c'], false)] },
  ),
  // a decision that was being checked asked again what had been asked again already, and who had decided meanwhile was forgotten
  order(
    [
      sent('release'),
      sent('release', { release: 1 }),
      sent('approve', { after: 3 }),
      sent('approve', { who: 'ben@example.com', after: 3 }),
      sent('approve', { release: 1, after: 40 }),
      sent('approve', { release: 1, who: 'ben@example.com' }),
      sent('approve', { release: 1, after: 2 }),
    ],
    {
      approvals: 2,
      shapes: [web(['a'], false), web(['a'], false), web(['c'], false)],
      order: [...Array.from({ length: 25 }, () => 0), 2, 4, 1, 3, 2, 2, 1, 2, 1, 5],
    },
  ),
  // what a release had made on a host of its own stood for ever, when what took it back was terminated, too
  order(
    [
      sent('release'),
      sent('terminate', { takes: 10 }),
      sent('terminate', { after: 16 }),
      sent('release', { release: 1, after: 10 }),
    ],
    {
      first: web(['a'], false),
      shapes: [web(['b'], false), web(['a'], false), web(['c'], false)],
    },
  ),
  // the release before stood for ever on a host that it alone had, when the next one was terminated after its commit
  order([sent('release'), sent('terminate', { takes: 8 })], {
    first: web(['a'], false),
    shapes: [web(['b'], false), web(['a'], false), web(['c'], false)],
  }),
  // what a rollout had committed before it was known to have begun was lost
  order([sent('release')], { starts: [200] }),
];
