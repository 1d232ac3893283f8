import { z } from 'zod';
import { HEADER_NAME, HEADER_VALUE, PERCENT, REQUEST_TARGET } from '../model/text/grammar';
import type { SecretSource } from '../model/release';
import type { StrategyKind } from '../model/strategy';

/**
 * The unions people extend: strategies, verifications, sources of secrets. To add a kind: a variant here, a
 * file that implements it, a line in its registry (`satisfies Record<Kind, …>`), a test.
 */

const NO_DURATION = 'is not a duration. Write a number and a unit, such as 500ms, 30s, 5m, 72h or 14d';

/** `250ms`, `10s`, `5m`, `72h`, `14d` → milliseconds. */
export const duration = z
  .string(NO_DURATION)
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, NO_DURATION)
  .refine((text) => parseDuration(text) <= LONGEST_MS, 'is longer than a year. Write 365d at most')
  .transform((text) => parseDuration(text));

/** A time limit, which cannot be zero. */
export const timeLimit = duration.refine((ms) => ms > 0, 'is zero. Write how long to wait, such as 30s');

const LONGEST_MS = 365 * 86_400_000;

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
    service: z.string().describe('The routed service to request.'),
    path: z
      .string()
      .regex(REQUEST_TARGET, `is not a path. ${PERCENT}`)
      .default('/')
      .describe('The path, with an optional query.'),
    method: z.enum(['GET', 'HEAD']).default('GET').describe('The HTTP method.'),
    status: z.number().int().min(100).max(599).default(200).describe('The expected status.'),
    body: z.string().optional().describe('A text the answer must contain.'),
    header: z
      .record(
        z
          .string()
          .regex(HEADER_NAME, 'is not a header name. Write letters, digits and hyphens, such as "content-type"'),
        z.string().regex(HEADER_VALUE, 'is not a header value. Remove the line break'),
      )
      .optional()
      .describe('Headers the answer must have.'),
    within: timeLimit.optional().describe('The time limit of an answer.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe('The number of attempts before it counts as failed.'),
    from: z
      .enum(['host', 'worker'])
      .default('host')
      .describe(
        "Where the request comes from: `host` sends it on the host, `worker` from the worker's machine; both through the proxy.",
      ),
  })
  .describe('A request through the proxy, as users send it.');

export const runVerification = z
  .strictObject({
    kind: z.literal('run'),
    service: z.string().describe('The service whose new image runs the command.'),
    command: command.describe('The command; exit status 0 passes.'),
    within: timeLimit.prefault('5m').describe("The command's time limit."),
  })
  .describe("A command in its own container, in the release's networks.");

/** A check whether a release is fit to go on. */
export const verification = z.discriminatedUnion('kind', [httpVerification, runVerification]);
export type Verification = z.output<typeof verification> & { title: string };
export type VerificationKind = Verification['kind'];

const rolling = z
  .strictObject({
    kind: z.literal('rolling'),
    batch: z
      .union([z.number().int().min(1).max(100), z.string().regex(/^[1-9]\d?%$/)], {
        error: 'is not a number or percentage. Write 2 or 25%',
      })
      .default(1)
      .describe('How many are replaced at a time: a number or a percentage such as `25%`.'),
    of: z
      .enum(['instances', 'hosts'])
      .default('instances')
      .describe('What a batch counts: the instances of each routed service on each host, or hosts.'),
    pause: duration
      .prefault('0s')
      .describe('How long a batch must stay healthy under traffic before the next; `verify` runs meanwhile.'),
  })
  .describe('In batches: new instances take a share of the traffic, then as many old ones stop.');

const canary = z
  .strictObject({
    kind: z.literal('canary'),
    steps: z
      .array(
        z.strictObject({
          weight: z.number().int().min(1).max(99).describe("The new release's share of requests, in percent."),
          soak: duration.describe('How long it must stay healthy at this weight; `verify` runs meanwhile.'),
        }),
      )
      .min(1, 'is empty. Write at least one step: { weight: 10, soak: 5m }')
      .describe("Run in order; the last is followed by all traffic and the environment's `soak`."),
  })
  .describe('The new release receives a growing share of the requests.');

/** How traffic moves from one release to the next. */
export const strategy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('blue-green') }),
  z.strictObject({ kind: z.literal('recreate') }),
  rolling,
  canary,
]);
export type Strategy = z.output<typeof strategy>;
export type StrategyOf<Kind extends StrategyKind> = Extract<Strategy, { kind: Kind }>;

const secretCommand = z
  .array(z.string().regex(/^[^\0]*$/, 'contains a NUL character. Remove it'))
  .min(1, 'is empty. Write the command as a list: [op, read, op://vault/item/field]')
  .refine(([program]) => program === undefined || /^(\/\S+|[\w.-]+)$/.test(program), {
    path: [0],
    error: 'is not a program. Write its name, such as op, or its absolute path; there is no shell',
  });

/** Where the worker reads a secret's value at use. */
export const secretSource = z.union(
  [
    z.strictObject({ env: z.string().min(1).describe("A variable in the worker's environment.") }),
    z.strictObject({ file: path.describe("A file on the worker's machine; a final newline is dropped.") }),
    z.strictObject({
      exec: secretCommand.describe(
        'A command that prints it, run by the worker without a shell, for at most 10 s. Its program must be listed in the ' +
          "worker's WINDLASS_SECRET_COMMANDS, because anyone who commits this file can run it.",
      ),
    }),
  ],
  {
    error:
      'has no source. Write { env: NAME } for a variable of the worker, ' +
      "{ file: /path } for a file on its machine, or { exec: [program, argument] } for a command's output",
  },
) satisfies z.ZodType<SecretSource>;

export type { Target } from '../model/target';
