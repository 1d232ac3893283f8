import { z } from 'zod';
import { MOST_RETAINED } from '../model/environment';
import { ENGINE, group, groupName, host } from './schema-host';
import { duration, secretSource, strategy, verification, type Strategy, type Verification } from './kinds';
import { secretName, variableName } from './schema-names';
import { titleOf } from './titles';
import { writtenAs, writtenShort } from './written';

const route = z.strictObject({
  service: z.string().describe('The service that answers.'),
  host: z
    .string()
    .regex(
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
      'is not a host name. Write it in small letters, without https:// and port, as "shop.example.com"',
    )
    .describe('The host name in the request: `shop.example.com`.'),
  path: z
    .string()
    .regex(/^\/[^\s?#]*$/, 'is not a path. Begin it with /, and leave out what follows ? or #')
    .default('/')
    .describe('Requests whose path begins with this.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('The port inside the container. Without it: the one that the compose file publishes or exposes.'),
  https: z
    .literal(true, { error: 'is something else. Write true, or leave it out for plain HTTP' })
    .optional()
    .describe(
      'Requests come in by HTTPS, with a certificate that the proxy gets by itself; plain ones are sent there.',
    ),
});

const verify = writtenAs(verification.options, {
  title: z.string().min(1).optional().describe('What people call it. Without it: what it asks.'),
}).transform((written): Verification => ({ ...written, title: titleOf(written as Verification) }) as Verification);

const approval = z.strictObject({
  from: z.array(z.string().min(1)).min(1, 'is empty. Name at least one person').describe('The persons who may decide.'),
  count: z.number().int().min(1).default(1).describe('How many of them must approve.'),
  starter: z
    .enum(['may', 'may-not'])
    .default('may-not')
    .describe('Whether the person who started the release may approve it.'),
  timeout: duration.prefault('7d').describe('How long a decision is awaited; then the release ends as rejected.'),
});

/** Text; a number or true and false are taken as they are written. */
const value = z
  .union([z.string(), z.number(), z.boolean()], {
    error: "is not a text. Write one; '' is the empty one",
  })
  .transform(String);

/** One environment. */
export const environment = z.strictObject({
  hosts: z
    .array(host)
    .min(1, `is empty. ${ENGINE}`)
    .describe('The Docker engines: `local`, `unix:///path` or `ssh://user@host`, or keys that say more.'),
  groups: z
    .record(groupName, group)
    .default({})
    .describe('Which hosts run which services. A service in no group runs on every host.'),
  project: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]*$/,
      'is not the name of a compose project. Write small letters, digits, hyphens and underscores, as `docker compose ls` prints it',
    )
    .optional()
    .describe(
      'The compose project that runs there today: its containers are taken over, its volumes stay. Without it: APP-ENVIRONMENT.',
    ),
  compose: z.array(z.string().min(1)).default([]).describe('Compose files of this environment alone, merged last.'),
  variables: z
    .record(variableName, value)
    .default({})
    .describe('What `${NAME}` in the compose files stands for. May hold `{{secret:NAME}}`.'),
  secrets: z
    .record(secretName, secretSource)
    .default({})
    .describe('As variables, but the value is read by the worker at use, and is recorded nowhere.'),
  routes: z.array(route).default([]).describe('Where requests come in.'),
  verify: z.array(verify).default([]).describe('Asked of the release before it is committed; all must pass.'),
  soak: duration
    .prefault('10s')
    .describe('How long the release must stay healthy under traffic before it is committed.'),
  approval: approval
    .optional()
    .describe('Whose decision a release needs before this environment. Without it: nobody’s.'),
  retention: z
    .number()
    .int()
    .min(0)
    .max(MOST_RETAINED)
    .default(5)
    .describe('How many earlier releases can be gone back to without pulling their images again.'),
  strategy: writtenShort(strategy.options)
    .transform((written) => written as Strategy)
    .prefault('blue-green')
    .describe('How traffic goes from one release to the next; `recreate` stops the old one first, and is an outage.'),
  onFailure: z
    .enum(['rollback', 'ask'])
    .default('rollback')
    .describe(
      'When a step keeps failing for a reason that a person can mend (a full disk, a registry that is down): `rollback` undoes ' +
        'the release, `ask` waits for `windlass resolve`. Past an irreversible command it always asks.',
    ),
  operators: z
    .array(z.string().min(1))
    .default([])
    .describe('Who may roll back, cancel, freeze and resolve. Without it: whoever reaches Temporal.'),
});
