import { z } from 'zod';
import { environment } from './schema-environment';
import { environmentName, name } from './schema-names';
import { service } from './schema-service';
import { secretSource } from './kinds';

const registryAddress = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    'is not the address of a registry. Write its host, with port and path if it has them, without https://: registry.example.com/team',
  );

const registry = z.union([
  registryAddress,
  z.strictObject({
    address: registryAddress.describe('Host, and port and path if it has them: `registry.example.com/team`.'),
    username: secretSource.optional().describe('Where the worker reads the user name of the login.'),
    password: secretSource.optional().describe('Where the worker reads the password of the login.'),
  }),
]);

/** `windlass.yaml`: what a release needs to know beyond the compose files. */
export const manifest = z.strictObject({
  app: name.describe('The name of the application. It begins the name of everything that windlass makes.'),
  compose: z
    .array(z.string().min(1, 'is empty. Write the name of a compose file'))
    .min(1, 'is empty. Name a compose file, or leave the key out for the one that compose finds itself')
    .optional()
    .describe(
      'The compose files, merged in this order. Without it: `compose.yaml`, `compose.yml`, `docker-compose.yaml` or ' +
        '`docker-compose.yml`, the first that is there.',
    ),
  registry: registry
    .optional()
    .describe('Where images, release records and the ledger are kept. Without it: what the worker is set to.'),
  services: z
    .record(z.string(), service)
    .prefault({})
    .describe('What the compose files do not say of a service. A service needs no entry.'),
  environments: z
    .record(environmentName, environment)
    .refine((all) => Object.keys(all).length > 0, 'has no environment. Write at least one, as staging')
    .describe('Where a release goes, in the order of promotion.'),
  notSecret: z
    .array(z.string())
    .default([])
    .describe('Names of settings that look like a secret and are none: they may be written out.'),
});

/** A manifest as it is used: defaults filled in, durations in milliseconds. */
export type Manifest = z.output<typeof manifest>;
export type ManifestEnvironment = Manifest['environments'][string];
