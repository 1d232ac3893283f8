import { z } from 'zod';
import { MOST_RETAINED } from '../model/environment/environment';
import { HOST_NAME, PERCENT, URL_PATH } from '../model/text/grammar';
import { addressOfTcp } from '../model/host/route-address';
import type { RouteOverride } from '../model/service';
import { ENGINE, group, groupName, host, swarm } from './schema-host';
import { kubernetes } from './schema-kubernetes';
import { duration, secretSource, timeLimit, strategy, verification, type Strategy, type Verification } from './kinds';
import { secretName, variableName } from './schema-names';
import { titleOf } from './titles';
import { writtenAs, writtenShort } from './written';

const routeKeys = z.strictObject({
  service: z.string().describe('The service that answers.'),
  host: z
    .string()
    .regex(
      HOST_NAME,
      'is not a host name. Write it in lowercase, without https:// and port, such as "shop.example.com"',
    )
    .optional()
    .describe('The host name in the request: `shop.example.com`.'),
  tcp: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Instead of host: a TCP port of the host, whose connections go to the service.'),
  path: z
    .string()
    .regex(URL_PATH, `is not a path. ${PERCENT}; leave out what follows ? or #`)
    .optional()
    .describe('The prefix of the path. Default: /.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("The container's port. Default: the one the compose file publishes or exposes."),
  https: z
    .literal(true, { error: 'is not true. Write true, or omit it for plain HTTP' })
    .optional()
    .describe('Serve HTTPS with a certificate the proxy obtains; plain HTTP is redirected.'),
  protocol: z
    .enum(['http', 'h2c'], { error: 'is unknown. Write h2c for gRPC and HTTP/2 without TLS, or omit it' })
    .optional()
    .describe("The container's protocol: `h2c` is HTTP/2 without TLS, as for gRPC. Default: `http`, HTTP/1.1."),
});

const OF_HTTP = ['host', 'path', 'https', 'protocol'] as const;

const route = routeKeys
  .superRefine((written, context) => {
    if (written.host === undefined && written.tcp === undefined)
      context.addIssue({
        code: 'custom',
        message: 'has no address. Write host: for HTTP, or tcp: and a host port',
      });
    for (const key of OF_HTTP)
      if (written.tcp !== undefined && written[key] !== undefined)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: 'is for HTTP, but this is a TCP route. Remove one of them',
        });
  })
  .transform(({ tcp, host = '', path = '/', protocol, ...rest }): RouteOverride =>
    tcp === undefined
      ? { ...rest, host, path, ...(protocol && { protocol }) }
      : { ...rest, ...addressOfTcp(tcp), protocol: 'tcp' },
  );

const verify = writtenAs(verification.options, {
  title: z.string().min(1).optional().describe('Its name in messages. Default: a description.'),
}).transform((written): Verification => ({ ...written, title: titleOf(written as Verification) }) as Verification);

const approval = z.strictObject({
  from: z.array(z.string().min(1)).min(1, 'is empty. Name at least one person').describe('The people who may decide.'),
  count: z.number().int().min(1).default(1).describe('How many of them must approve.'),
  starter: z
    .enum(['may', 'may-not'])
    .default('may-not')
    .describe('Whether the person who started the release may approve it.'),
  timeout: timeLimit.prefault('7d').describe('How long to wait for a decision; then the release ends as rejected.'),
});

const value = z
  .union([z.string(), z.number(), z.boolean()], {
    error: "is not a string. Write one; '' is the empty string",
  })
  .transform(String);

export const environment = z.strictObject({
  hosts: z
    .array(host)
    .min(1, `is empty. ${ENGINE}`)
    .default([])
    .describe('The Docker engines: `local`, `unix:///path` or `ssh://user@host`, or an object with more keys.'),
  swarm: swarm.optional().describe('Instead of hosts: a Docker swarm, by one manager, or an object with more keys.'),
  kubernetes: kubernetes.optional().describe('Instead of hosts: a namespace of a Kubernetes cluster. Preview.'),
  groups: z
    .record(groupName, group)
    .default({})
    .describe(
      'Which hosts run which services. A service without a group runs on every host. Not for a swarm or Kubernetes.',
    ),
  project: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]*$/,
      "is not a compose project's name. Write lowercase letters, digits, hyphens and underscores, as `docker compose ls` prints it",
    )
    .optional()
    .describe(
      'The compose project, or the stack, running there today: it is taken over, its volumes stay. Default: APP-ENVIRONMENT.',
    ),
  compose: z.array(z.string().min(1)).default([]).describe('Compose files for this environment only, merged last.'),
  variables: z
    .record(variableName, value)
    .default({})
    .describe('Values for `${NAME}` in the compose files. May contain `{{secret:NAME}}`.'),
  secrets: z
    .record(secretName, secretSource)
    .default({})
    .describe('Like variables, but the worker reads the value at use, and nothing records it.'),
  envFiles: z
    .record(
      z.string(),
      z.strictObject({
        file: z
          .string()
          .startsWith('/', "is not an absolute path on the worker's machine. Start it with /")
          .describe("Its path on the worker's machine; read at use, like secrets."),
        entries: z.array(variableName).default([]).describe('The names of its entries, which services receive.'),
      }),
    )
    .default({})
    .describe(
      'Env files of the compose files (`env_file: .env`) outside the commit. Compose files can also use entries of `.env` as `${NAME}`; ' +
        'a variable of the same name wins.',
    ),
  routes: z.array(route).default([]).describe('The addresses users open, and the services that answer.'),
  verify: z.array(verify).default([]).describe('Checks before a release is committed; all must pass.'),
  soak: duration
    .prefault('10s')
    .describe('How long the release must stay healthy under traffic before it is committed.'),
  approval: approval.optional().describe('The approval a release needs before this environment. Default: none.'),
  retention: z
    .number()
    .int()
    .min(0)
    .max(MOST_RETAINED)
    .default(5)
    .describe('How many earlier releases keep their images for a rollback.'),
  strategy: writtenShort(strategy.options)
    .transform((written) => written as Strategy)
    .prefault('blue-green')
    .describe('How traffic moves to the next release; `recreate` stops the old one first: an outage.'),
  onFailure: z
    .enum(['rollback', 'ask'])
    .default('rollback')
    .describe(
      'When a step keeps failing for a reason people can fix (a full disk, a registry that is down): `rollback` undoes ' +
        'the release, `ask` waits for `windlass resolve`. Past an irreversible command it always asks.',
    ),
  order: z
    .enum(['any', 'newest'])
    .default('any')
    .describe(
      'Which commits may be released: `any` warns about an ancestor of the current one, `newest` refuses it. ' +
        'To go back on purpose: `windlass rollback`.',
    ),
  operators: z
    .array(z.string().min(1))
    .default([])
    .describe('Who may roll back, cancel, freeze and resolve. Default: anyone with access to Temporal.'),
});
