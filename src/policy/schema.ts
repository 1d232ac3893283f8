import { z } from 'zod';
import { HOST_OPTIONS, type HostOptionKey } from '../model/host/options';
import { isPublicKey } from './public-key';

const patterns = z.array(z.string().min(1, 'is empty. Write a pattern; * stands for any signs up to the next /'));
const names = z.array(z.string().min(1, 'is empty. Name a person who stands under people'));

const publicKey = z
  .string()
  .transform((text) => text.trim().split(/\s+/).slice(0, 2).join(' '))
  .refine(isPublicKey, 'is not the public key of SSH. Write the line of the .pub file: ssh-ed25519 AAAA…');

const person = z.union([publicKey, z.array(publicKey)]).transform((keys) => [keys].flat());

const secretSources = z.strictObject({
  env: patterns.default([]).describe('Variables of the environment of the worker: `SHOP_PRODUCTION_*`.'),
  file: patterns.default([]).describe('Files of the worker, env files among them: `/run/windlass/shop/production/*`.'),
  exec: z
    .array(patterns.min(1, 'is empty. Write the command as a list: [op, read, op://shop/**]'))
    .default([])
    .describe(
      'Commands as whole lists, a pattern for each word: `[op, read, op://shop/**]`. A star at the beginning of a word is no hyphen. ' +
        'Where one matches, WINDLASS_SECRET_COMMANDS is not asked.',
    ),
});

const registryAddress = z.string().min(1, 'is empty. Write the address of a registry, as registry.example.com/shop');

const registry = z.union([
  registryAddress.transform((address) => ({ address, login: secretSources.parse({}) })),
  z.strictObject({
    address: registryAddress.describe('A pattern: `registry.example.com/shop`.'),
    login: secretSources.prefault({}).describe('Where the login may be read that is sent to this registry.'),
  }),
]);

const optionValues = z.union([z.literal(true), patterns]).transform((values) => (values === true ? ['**'] : values));

const OPTION_KEYS = Object.keys(HOST_OPTIONS) as HostOptionKey[];

const docker = z.strictObject(
  Object.fromEntries(OPTION_KEYS.map((key) => [key, optionValues.optional().describe(HOST_OPTIONS[key])])) as Record<
    HostOptionKey,
    z.ZodOptional<typeof optionValues>
  >,
);

const approval = z.strictObject({
  from: names.min(1, 'is empty. Name at least one person').describe('The people who may decide.'),
  count: z.number().int().min(1).default(1).describe('How many of them must approve.'),
  starter: z
    .enum(['may', 'may-not'])
    .default('may-not')
    .describe('Whether the person who started the release may approve it.'),
});

const rule = z.strictObject({
  apps: patterns
    .min(1, 'is empty. Write the name of an application, or [*] for all')
    .describe('Whom it is for: `shop`, `shop-*`.'),
  environments: patterns
    .min(1, 'is empty. Write the name of an environment, or leave the key out for all')
    .default(['*'])
    .describe('Where: `production`.'),
  sources: patterns
    .default([])
    .describe(
      'Git addresses that commits and submodules come from: `https://git.example.com/shop/*`, `git@git.example.com:shop/*`.',
    ),
  targets: patterns
    .default([])
    .describe('Hosts, nodes of swarms, and hosts that one goes through: `local`, `ssh://deploy@10.0.0.*`.'),
  routes: patterns
    .default([])
    .describe(
      'Addresses of routes: `shop.example.com`, `*.shop.example.com`, `example.com/shop` with all paths below it, `:5432` for TCP. ' +
        'Of all patterns in the file that match a host name the narrowest says whose it is.',
    ),
  projects: patterns
    .default([])
    .describe('Compose projects whose containers and volumes it may have, besides APP-ENVIRONMENT.'),
  secrets: secretSources.prefault({}).describe('Where the worker may read secrets.'),
  registries: z
    .array(registry)
    .default([])
    .describe(
      'Registries that images come from and go to, each with all below its address: `registry.example.com/shop`, `docker.io/library`. ' +
        'In the one of WINDLASS_REGISTRY an application has its own images without a rule, and no login of the manifest.',
    ),
  docker: docker
    .prefault({})
    .describe('What containers and builds may have of the host, by patterns of its value, or `true` for any.'),
  approval: approval.optional().describe('Who approves, whatever the manifest says. It may ask for more.'),
  operators: names
    .min(1, 'is empty. Name at least one person, or leave the key out')
    .optional()
    .describe('Who may roll back, cancel, freeze and resolve. A manifest may name some of them.'),
  signed: z
    .boolean()
    .default(false)
    .describe('Whether decisions count only with a signature of a key that stands under people.'),
});

/** The policy of an installation: what each application may have, and who decides. */
export const policy = z.strictObject({
  people: z
    .record(z.string().min(1, 'is empty. Write the name of a person, as windlass approve --by has it'), person)
    .default({})
    .describe('Persons, each with the public keys of SSH that they sign with: one, or a list.'),
  rules: z
    .array(rule)
    .min(1, 'is empty. Write at least one rule: an application that none matches may have nothing')
    .describe(
      'All rules that match an application and environment hold together: what one of them allows is allowed, and each approval is needed.',
    ),
});

export type Policy = z.output<typeof policy>;
export type Rule = Policy['rules'][number];
export type SecretPatterns = Rule['secrets'];
