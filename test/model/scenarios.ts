import fc from 'fast-check';
import type { OperatorAnswer } from '../../src/model/approval/question';
import { shape } from './applications';
import { ANA, BEN, CI, OPS } from './team';

/** Random orders of messages: what is released, who says what and when, what fails, and whose turn is next. */

const EVE = 'eve@example.com';
export const NAMES = ['aaa', 'bbb', 'ccc'];
const ANSWERS: OperatorAnswer[] = ['retry', 'skip', 'rollback', 'exclude-host'];
export interface Message {
  what:
    | 'release'
    | 'approve'
    | 'reject'
    | 'cancel'
    | 'rollback'
    | 'cancel-rollback'
    | 'freeze'
    | 'thaw'
    | 'resolve'
    | 'terminate'
    | 'crash';
  release: number;
  who: string;
  /** Of an approval: the plan that is asked about, or another one. */
  plan: 'asked' | 'another';
  /** Of a decision: its own, or the one that it was copied with. */
  id: 'own' | 'A-NEW-ID';
  answer: OperatorAnswer;
  /** The very same message once more. */
  twice: boolean;
  /** Turns before it is sent, and on its way. */
  after: number;
  takes: number;
}

const message: fc.Arbitrary<Message> = fc.record({
  what: fc.constantFrom<Message['what'][]>(
    ...(['release', 'release', 'release', 'approve', 'approve', 'approve', 'approve', 'reject', 'cancel'] as const),
    ...([
      'rollback',
      'cancel-rollback',
      'freeze',
      'thaw',
      'resolve',
      'resolve',
      'terminate',
      'terminate',
      'crash',
      'crash',
    ] as const),
  ),
  release: fc.nat(NAMES.length - 1),
  who: fc.constantFrom(ANA!, ANA!, BEN!, BEN!, OPS!, OPS!, CI!, EVE),
  plan: fc.constantFrom('asked', 'asked', 'asked', 'another'),
  id: fc.constantFrom('own', 'own', 'A-NEW-ID'),
  answer: fc.constantFrom(...ANSWERS),
  twice: fc.boolean(),
  after: fc.constantFrom(0, 1, 3, 10, 40),
  takes: fc.constantFrom(0, 0, 2, 8),
});

/** What happens to a step or whose turn it is; most of it is usual. */
const fates = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.constantFrom(10, 11, 12)), {
  maxLength: 120,
  size: 'max',
});
const order = fc.array(fc.nat(15), { maxLength: 300, size: 'max' });

export const scenario = fc.record({
  shapes: fc.tuple(shape, shape, shape),
  /** What is released when all is over. */
  last: shape,
  messages: fc.array(message, { minLength: 1, maxLength: 25, size: 'max' }),
  /** A release, `000`, is there before. */
  first: fc.option(shape, { nil: undefined }),
  fates,
  order,
  /** How many turns it takes to hear that a rollout has begun. */
  starts: fc.array(fc.constantFrom(0, 0, 0, 4, 30, 200), { maxLength: 12 }),
  /** How many must approve; nobody is asked: 0. */
  approvals: fc.constantFrom(0, 1, 1, 2),
});
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;
