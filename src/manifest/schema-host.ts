import { z } from 'zod';

export const ENGINE =
  'Write local for the engine of the worker, unix:///path for the socket of another one on its machine, or ssh://user@host';

/** User, host or its name in the worker's ~/.ssh/config, port, and the engine's socket where it is not the usual one. */
const SSH = /^ssh:\/\/(?:[^\s/@:]+@)?(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(\/[^\s]+)?$/;

const address = z.string().superRefine((text, context) => {
  const is = refuseAddress(text);
  if (is) context.addIssue({ code: 'custom', message: is });
});

function refuseAddress(text: string): string | undefined {
  if (text === 'local' || /^unix:\/\/\/[^\s]+$/.test(text) || SSH.test(text)) return undefined;
  // What is written is not repeated: it may hold a password.
  if (/^ssh:\/\/[^/]*:[^/]*@/.test(text))
    return 'has a password in it. Log in by a key: the worker takes one of its agent, or of its ~/.ssh';
  if (text.startsWith('ssh://'))
    return 'is not the address of a host. Expected ssh://user@host, with :port where it is not 22';
  return `is not the address of a Docker engine. ${ENGINE}`;
}

const hostKey = z
  .string()
  .regex(
    /^SHA256:[A-Za-z0-9+/]{43}=?$/,
    'is not the fingerprint of a key. Expected SHA256: and 43 signs, as windlass trust and ssh-keygen -l print it',
  );

/** What stands alone stands for an object with an address. */
const jump = z.union([
  address,
  z.strictObject({
    address: address.describe('As `ssh://user@host`.'),
    hostKey: hostKey.optional().describe('As that of the host.'),
  }),
]);

/** One Docker engine. */
export const host = z
  .union([
    address,
    z.strictObject({
      address: address.describe('`local`, `unix:///path` or `ssh://user@host:port`.'),
      name: z
        .string()
        .regex(/^[A-Za-z0-9][\w.-]*$/, 'is not the name of a host. Write letters, digits, dots and hyphens, as "web-1"')
        .optional()
        .describe('What people call it, and groups name it by. Without it: the host of its address.'),
      hostKey: hostKey
        .optional()
        .describe('The key that the host must show: `SHA256:…`. Without it: what the known_hosts of the worker says.'),
      via: jump.optional().describe('The host that one goes through: `ssh://user@gate`, or keys that say more.'),
    }),
  ])
  .transform((written) => {
    const { via, ...said } = typeof written === 'string' ? { address: written } : written;
    const name = said.name ?? nameOf(said.address);
    return { ...said, name, ...(via && { via: typeof via === 'string' ? { address: via } : via }) };
  });

/** `local` stays a word, and means the engine of whichever worker carries it out. */
const nameOf = (text: string) =>
  text.startsWith('ssh://')
    ? text.replace(/^ssh:\/\/([^@/]*@)?/, '').replace(/\/.*$/, '')
    : text.replace(/^unix:\/\//, '');

export const groupName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'is not the name of a group. Write small letters, digits and hyphens, as "web"');

/** Hosts that run the same services. */
export const group = z.strictObject({
  hosts: z
    .array(z.string())
    .min(1, 'is empty. Name at least one of the hosts of the environment')
    .describe('The hosts of the group, by name or address.'),
  services: z
    .record(z.string(), z.number().int().min(1).max(100))
    .describe('The services that run there, and how many instances of each on every host: `{ web: 2, api: 1 }`.'),
  address: z
    .union([z.ipv4(), z.ipv6()], {
      error: 'is not an IP address. Write the one by which the other hosts reach this one, as 10.0.0.3',
    })
    .optional()
    .describe('Where there is an accessory in the group: the IP address by which the other hosts reach it.'),
});

export type ManifestHost = z.output<typeof host>;
