import { z } from 'zod';
import { APP_NAME, ENVIRONMENT_NAME } from '../model/text/grammar';

/** An application's name, a part of names on the network. */
export const name = z
  .string()
  .regex(APP_NAME, 'is not a name. Write lowercase letters, digits and hyphens, a letter first, such as "shop"');

/** An environment's name. Without hyphens, because `shop-eu` in `west` and `shop` in `eu-west` would share names. */
export const environmentName = z
  .string()
  .regex(
    ENVIRONMENT_NAME,
    'is not an environment\'s name. Write lowercase letters, digits and underscores, a letter first, such as "staging" or "eu_west"',
  );

/** A variable's name, as in shells. */
export const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'is not a variable\'s name. Write letters, digits and underscores, such as "DB_HOST"',
  );

/** A secret's name: a variable's, or that of one of compose's own secrets. */
export const secretName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]*$/,
    'is not a secret\'s name. Write letters, digits, underscores, hyphens and dots, such as "DB_PASSWORD" or "db-password"',
  );
