import { z } from 'zod';
import type { SecretSource } from '../model/release';

/**
 * The unions that people extend: where a release can go (target), how traffic is moved (strategy), what is asked of it
 * (verification), where a secret comes from. To add one: a variant here, one file that does it, one line in the registry
 * that is `satisfies Record<Kind, …>`, one test.
 */

const NO_DURATION = 'is not a duration. Write a number and a unit, as 500ms, 30s, 5m, 72h or 14d';

/** `250ms`, `10s`, `5m`, `72h`, `14d` → milliseconds. */
export const duration = z
  .string(NO_DURATION)
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, NO_DURATION)
  .transform((text) => parseDuration(text));

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseDuration(text: string): number {
  const [, number = '0', unit = 's'] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Math.round(Number(number) * (UNITS[unit] ?? 1_000));
}

const command = z.array(z.string()).min(1, 'is empty. Write the command as a list: [node, check.js]');
const path = z.string().startsWith('/', 'is not a path. Begin it with /');

export const httpVerification = z
  .strictObject({
    kind: z.literal('http'),
    service: z.string().describe('The routed service to ask.'),
    path: path.default('/').describe('The path to ask for.'),
    method: z.enum(['GET', 'HEAD']).default('GET').describe('The method.'),
    status: z.number().int().min(100).max(599).default(200).describe('The status that is expected.'),
    body: z.string().optional().describe('A text that the answer must contain.'),
    header: z
      .record(z.string(), z.string())
      .optional()
      .describe('Headers that the answer must have, with these values.'),
    within: duration.optional().describe('The longest time that an answer may take.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe('How often it is asked before it counts as failed.'),
    from: z
      .enum(['host', 'worker'])
      .default('host')
      .describe(
        'Who asks: `host` asks through the proxy from inside the host, `worker` from the machine of the worker.',
      ),
  })
  .describe('A request, answered through the proxy as users have it.');

export const runVerification = z
  .strictObject({
    kind: z.literal('run'),
    service: z.string().describe('The service whose new image runs the command.'),
    command: command.describe('The command. It passes with exit status 0.'),
    within: duration.prefault('5m').describe('The longest time that the command may take.'),
  })
  .describe('A command in a container of its own, in the network of the release.');

/** Is the release fit to go on? */
export const verification = z.discriminatedUnion('kind', [httpVerification, runVerification]);
export type Verification = z.output<typeof verification> & { title: string };
export type VerificationKind = Verification['kind'];

const rolling = z
  .strictObject({
    kind: z.literal('rolling'),
    batch: z
      .union([z.number().int().min(1).max(100), z.string().regex(/^[1-9]\d?%$/)], {
        error: 'is neither a number nor a percentage. Write 2, or 25%',
      })
      .default(1)
      .describe('How many are replaced at a time: a number, or a percentage as `25%`.'),
    of: z
      .enum(['instances', 'hosts'])
      .default('instances')
      .describe('What is counted: the instances of each routed service on each host, or whole hosts.'),
    pause: duration
      .prefault('0s')
      .describe('How long a batch must stay healthy under traffic before the next; the `verify` are asked meanwhile.'),
  })
  .describe('Batch after batch: new instances take their share of the traffic, and old ones make room for the next.');

const canary = z
  .strictObject({
    kind: z.literal('canary'),
    steps: z
      .array(
        z.strictObject({
          weight: z
            .number()
            .int()
            .min(1)
            .max(99)
            .describe('The share of requests that the new release answers, in percent.'),
          soak: duration.describe('How long it must stay healthy at this weight; the `verify` are asked meanwhile.'),
        }),
      )
      .min(1, 'is empty. Write at least one step: { weight: 10, soak: 5m }')
      .describe('One after the other; behind the last one, all traffic and the `soak` of the environment.'),
  })
  .describe('The new release answers a growing share of the requests.');

/** How traffic goes from one release to the next. */
export const strategy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('blue-green') }),
  z.strictObject({ kind: z.literal('recreate') }),
  rolling,
  canary,
]);
export type Strategy = z.output<typeof strategy>;
export type StrategyKind = Strategy['kind'];
export type StrategyOf<Kind extends StrategyKind> = Extract<Strategy, { kind: Kind }>;

/** A program by its name or whole path, then its arguments as they are. */
const secretCommand = z
  .array(z.string().regex(/^[^\0]*$/, 'holds a NUL, which no program can be given'))
  .min(1, 'is empty. Write the command as a list: [op, read, op://vault/item/field]')
  .refine(([program]) => program === undefined || /^(\/\S+|[\w.-]+)$/.test(program), {
    path: [0],
    error: 'is not a program. Write its name, as op, or its whole path; there is no shell',
  });

/** Where a secret's value is read at use, by the worker. */
export const secretSource = z.union(
  [
    z.strictObject({ env: z.string().min(1).describe('A variable of the environment of the worker.') }),
    z.strictObject({ file: path.describe('A file of the worker; a last newline is dropped.') }),
    z.strictObject({
      exec: secretCommand.describe(
        'A command that prints it, run by the worker, without a shell, for 10 s at most. Its program must be among the ' +
          'WINDLASS_SECRET_COMMANDS of the worker; whoever may commit this file may run it there.',
      ),
    }),
  ],
  {
    error:
      'does not say where the worker reads the value. Write { env: NAME } for a variable of its environment, ' +
      '{ file: /path } for a file of its machine, or { exec: [program, argument] } for what a command prints there',
  },
) satisfies z.ZodType<SecretSource>;

export type { Target } from '../model/host';
