import { z } from 'zod';
import { environment } from './schema-environment';
import { environmentName, name } from './schema-names';
import { service } from './schema-service';
import { secretSource } from './kinds';

const registryAddress = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    "is not a registry's address. Write its host with an optional port and path, without https://: registry.example.com/team",
  );

const registry = z.union([
  registryAddress,
  z.strictObject({
    address: registryAddress.describe('Host with an optional port and path: `registry.example.com/team`.'),
    username: secretSource.optional().describe("Where the worker reads the login's username."),
    password: secretSource.optional().describe("Where the worker reads the login's password."),
  }),
]);

/** `windlass.yaml`: what a release needs beyond the compose files. */
export const manifest = z.strictObject({
  app: name.describe("The application's name, the prefix of all names windlass creates."),
  compose: z
    .array(z.string().min(1, 'is empty. Write the name of a compose file'))
    .min(1, 'is empty. Name a compose file, or omit the key for the one compose finds')
    .optional()
    .describe(
      'The compose files, merged in this order. Default: the first of `compose.yaml`, `compose.yml`, `docker-compose.yaml` or ' +
        '`docker-compose.yml` that exists.',
    ),
  registry: registry
    .optional()
    .describe("The registry for images, release records and the ledger. Default: the worker's."),
  services: z
    .record(z.string(), service)
    .prefault({})
    .describe('Settings of services beyond the compose files. A service needs no entry.'),
  folders: z
    .record(
      z.string(),
      z
        .string()
        .regex(
          /^(\/.*[^/]|[a-zA-Z0-9][a-zA-Z0-9_.-]*)$/,
          "is not a volume's name or a path. Write a name, such as data, or an absolute path of the hosts",
        ),
    )
    .default({})
    .describe(
      'What data folders mounted by the compose files (`./data`, `~/shop`) are on the hosts: a volume, one per environment, ' +
        'or an absolute path, shared by all environments on a host.',
    ),
  environments: z
    .record(environmentName, environment)
    .refine((all) => Object.keys(all).length > 0, 'has no environment. Write at least one, such as staging')
    .describe('The environments in order of promotion.'),
  notSecret: z
    .array(z.string())
    .default([])
    .describe('Names of settings that look like secrets but are not: literal values are allowed.'),
});

/** A manifest with defaults filled in and durations in milliseconds. */
export type Manifest = z.output<typeof manifest>;
export type ManifestEnvironment = Manifest['environments'][string];
