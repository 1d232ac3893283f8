import { z } from 'zod';
import { duration, timeLimit } from './kinds';

const command = z.array(z.string()).min(1, 'is empty. Write the command as a list: [node, migrate.js]');

const before = z.strictObject({
  command: command.describe('Runs once per release and environment, in the new image, before the switch.'),
  undo: command.optional().describe('Undoes the command. Runs when the release is undone.'),
  irreversible: z
    .literal(true, { error: 'is not true. Write true, or an undo: undo: [command]' })
    .optional()
    .describe('Cannot be undone: a later failure asks an operator instead of going back.'),
});

/** The manifest's entries for a service. */
export const service = z.strictObject({
  background: z
    .boolean()
    .default(false)
    .describe('Nobody calls it, like a queue consumer: at the switch the old one stops before the new one starts.'),
  accessory: z
    .boolean()
    .optional()
    .describe('Keeps data and outlives releases. Default: true for a service with a named volume and only `image`.'),
  irreversible: z
    .literal(true, { error: 'is not true. Write true, or omit it' })
    .optional()
    .describe(
      'For an accessory: changing it cannot be undone, like a database that upgrades its files. A later failure asks an operator, and no rollback recreates the former one.',
    ),
  before: z.array(before).default([]).describe('Commands that run once before the switch, in this order.'),
  healthyWithin: timeLimit.prefault('60s').describe('The time limit for a new instance to become healthy.'),
  drain: duration.prefault('10s').describe('How long to wait for requests in flight before an old instance stops.'),
  completes: z
    .strictObject({
      undo: command.optional().describe('Undoes it. Runs when the release is undone.'),
      irreversible: z
        .literal(true, { error: 'is not true. Write true, or an undo: undo: [command]' })
        .optional()
        .describe('Cannot be undone: a later failure asks an operator instead of going back.'),
    })
    .optional()
    .describe(
      'The service ends by itself: it runs once per release and environment, before the switch, as those do that others wait for ' +
        'with `service_completed_successfully`. How it is undone; default: not at all.',
    ),
  volumes: z
    .record(
      z.string(),
      z.enum(['shared', 'exclusive'], {
        error:
          'must be declared. Write shared if two instances may use it at once, else exclusive with strategy: recreate',
      }),
    )
    .default({})
    .describe(
      'For each named volume or host folder a released service writes to: `shared` by the old and the new instance during the soak, or `exclusive`, ' +
        'which needs `strategy: recreate`.',
    ),
  replicas: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("Instances on each host. Without it: compose's `deploy.replicas` or `scale`, else 1."),
  publish: z
    .boolean()
    .default(true)
    .describe('`false`: a release does not publish its ports; other services still reach it.'),
});
