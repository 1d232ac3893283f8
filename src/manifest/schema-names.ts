import { z } from 'zod';

/** The name of an application: it becomes part of names on the network. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'is not a name. Write small letters, digits and hyphens, a letter first, as "shop"');

/** The name of an environment. Without hyphens, for `shop-eu` in `west` and `shop` in `eu-west` would have the same names. */
export const environmentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]*$/,
    'is not the name of an environment. Write small letters, digits and underscores, a letter first, as "staging" or "eu_west"',
  );

/** The name of a variable, as shells have it. */
export const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'is not the name of a variable. Write letters, digits and underscores, as "DB_HOST"',
  );

/** The name of a secret: that of a variable, or of one of compose's own secrets. */
export const secretName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]*$/,
    'is not the name of a secret. Write letters, digits, underscores, hyphens and dots, as "DB_PASSWORD" or "db-password"',
  );
