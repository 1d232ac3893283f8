import { z } from 'zod';

export const ENGINE =
  "Write local for the worker's engine, unix:///path for another one on its machine, or ssh://user@host";

/** User, host or its name in the worker's ~/.ssh/config, port, and the engine's socket if unusual. */
const SSH = /^ssh:\/\/(?:[^\s/@:]+@)?(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(\/[^\s]+)?$/;

const address = z.string().superRefine((text, context) => {
  const is = refuseAddress(text);
  if (is) context.addIssue({ code: 'custom', message: is });
});

function refuseAddress(text: string): string | undefined {
  if (text === 'local' || /^unix:\/\/\/[^\s]+$/.test(text) || SSH.test(text)) return undefined;
  // The value is not repeated, because it may contain a password.
  if (/^ssh:\/\/[^/]*:[^/]*@/.test(text))
    return "contains a password. Log in with a key of the worker's agent or ~/.ssh instead";
  if (text.startsWith('ssh://')) return 'is not a host address. Expected ssh://user@host, with :port unless it is 22';
  return `is not a Docker engine's address. ${ENGINE}`;
}

const hostKey = z
  .string()
  .regex(
    /^SHA256:[A-Za-z0-9+/]{43}=?$/,
    'is not a key fingerprint. Expected SHA256: and 43 characters, as windlass trust and ssh-keygen -l print it',
  );

const jump = z.union([
  address,
  z.strictObject({
    address: address.describe('As `ssh://user@host`.'),
    hostKey: hostKey.optional().describe("Like the host's."),
  }),
]);

export const host = z
  .union([
    address,
    z.strictObject({
      address: address.describe('`local`, `unix:///path` or `ssh://user@host:port`.'),
      name: z
        .string()
        .regex(
          /^[A-Za-z0-9][\w.-]*$/,
          'is not a host\'s name. Write letters, digits, dots and hyphens, such as "web-1"',
        )
        .optional()
        .describe('Its name in messages and groups. Default: the host in its address.'),
      hostKey: hostKey
        .optional()
        .describe("The key the host must present: `SHA256:…`. Default: the worker's known_hosts."),
      via: jump.optional().describe('The jump host: `ssh://user@gate`, or an object with more keys.'),
    }),
  ])
  .transform((written) => {
    const { via, ...said } = typeof written === 'string' ? { address: written } : written;
    const name = said.name ?? nameOf(said.address);
    return { ...said, name, ...(via && { via: typeof via === 'string' ? { address: via } : via }) };
  });

const nameOf = (text: string) =>
  text.startsWith('ssh://')
    ? text.replace(/^ssh:\/\/([^@/]*@)?/, '').replace(/\/.*$/, '')
    : text.replace(/^unix:\/\//, '');

/** One manager; or several, and the nodes with a proxy. */
export const swarm = z
  .union([
    address,
    z.strictObject({
      managers: z
        .array(host)
        .min(1, `is empty. ${ENGINE}`)
        .describe('The managers, each as an entry of `hosts`; whichever answers is asked.'),
      edge: z
        .array(host)
        .min(1, `is empty. ${ENGINE}`)
        .optional()
        .describe('The nodes whose proxies receive the requests, each as an entry of `hosts`. Default: the managers.'),
    }),
  ])
  .transform((written) => {
    const { managers, edge = managers } = typeof written === 'string' ? { managers: [host.parse(written)] } : written;
    return { managers, edge };
  });

export const groupName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'is not a group\'s name. Write lowercase letters, digits and hyphens, such as "web"');

export const group = z.strictObject({
  hosts: z
    .array(z.string())
    .min(1, "is empty. Name at least one of the environment's hosts")
    .describe("The group's hosts, by name or address."),
  services: z
    .record(z.string(), z.number().int().min(1).max(100))
    .describe('The services that run there, with their instances on every host: `{ web: 2, api: 1 }`.'),
  address: z
    .union([z.ipv4(), z.ipv6()], {
      error: "is not an IP address. Write this host's address for the other hosts, such as 10.0.0.3",
    })
    .optional()
    .describe("For a group with an accessory: its host's IP address for the other hosts."),
});
