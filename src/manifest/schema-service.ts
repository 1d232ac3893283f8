import { z } from 'zod';
import { duration } from './kinds';

const command = z.array(z.string()).min(1, 'is empty. Write the command as a list: [node, migrate.js]');

const before = z.strictObject({
  command: command.describe('Runs once in each release and environment, from the new image, before the switch.'),
  undo: command.optional().describe('Takes back what the command did. Runs when the release is undone.'),
  irreversible: z
    .literal(true, { error: 'is something else. Write true, or say how it is undone: undo: [command]' })
    .optional()
    .describe('It cannot be undone: a later failure stops and asks instead of going back.'),
});

/** What the manifest says of one service. */
export const service = z.strictObject({
  background: z
    .boolean()
    .default(false)
    .describe('Nobody calls it, as a consumer of a queue: at the switch the old one stops before the new one starts.'),
  accessory: z
    .boolean()
    .optional()
    .describe(
      'It keeps data and outlives releases. Without it: a service with a named volume and only `image` is one.',
    ),
  irreversible: z
    .literal(true, { error: 'is something else. Write true, or leave it out' })
    .optional()
    .describe(
      'Of an accessory: a change of it cannot be undone, as of a database that upgrades its files. What fails after it asks an operator, and no rollback makes the former one again.',
    ),
  before: z.array(before).default([]).describe('Commands that run once before the switch, in this order.'),
  healthyWithin: duration.prefault('60s').describe('How long a new instance may take to become healthy.'),
  drain: duration
    .prefault('10s')
    .describe('How long requests in flight may take to end before an old instance is stopped.'),
  completes: z
    .strictObject({
      undo: command.optional().describe('Takes back what it did. Runs when the release is undone.'),
      irreversible: z
        .literal(true, { error: 'is something else. Write true, or say how it is undone: undo: [command]' })
        .optional()
        .describe('It cannot be undone: a later failure stops and asks instead of going back.'),
    })
    .optional()
    .describe(
      'Of a service that others wait for with `service_completed_successfully`, which runs once in each release and environment: how what it ' +
        'does is undone. Without it: it stays as it is.',
    ),
  volumes: z
    .record(
      z.string(),
      z.enum(['shared', 'exclusive'], {
        error:
          'does not say whether two instances may have it at the same time. Write shared, or exclusive with strategy: recreate',
      }),
    )
    .default({})
    .describe(
      'Of each named volume of a released service: `shared` by the old and the new instance for the length of a soak, or `exclusive`, ' +
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
    .describe(
      '`false`: its published ports are for a laptop, a release leaves them out; other services reach it all the same.',
    ),
});
