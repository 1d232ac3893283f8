import {
  BUILD_KEYS,
  DEPLOY_KEYS,
  type Key,
  LIMIT_KEYS,
  MEMBERSHIP_KEYS,
  NETWORK_KEYS,
  OBJECT_KEYS,
  RESERVATION_KEYS,
  SERVICE_KEYS,
  TOP_KEYS,
  VOLUME_KEYS,
} from './keys';

/** Every table, by the name that it has in JSON. */
export const KEY_TABLES: Record<string, { title: string; keys: Key[] }> = {
  file: { title: 'The file', keys: TOP_KEYS },
  service: { title: 'A service', keys: SERVICE_KEYS },
  build: { title: 'build', keys: BUILD_KEYS },
  deploy: { title: 'deploy', keys: DEPLOY_KEYS },
  limits: { title: 'deploy.resources.limits', keys: LIMIT_KEYS },
  reservations: { title: 'deploy.resources.reservations', keys: RESERVATION_KEYS },
  membership: { title: "A service's entry of networks", keys: MEMBERSHIP_KEYS },
  network: { title: 'An entry of networks', keys: NETWORK_KEYS },
  volume: { title: 'An entry of volumes', keys: VOLUME_KEYS },
  object: { title: 'An entry of configs or secrets', keys: OBJECT_KEYS },
};

/** What becomes of every key of a compose file, as Markdown tables. */
export function printComposeReference(): string {
  const parts = Object.values(KEY_TABLES).map(({ title, keys }) =>
    [`## ${title}`, '', '| key | | |', '|---|---|---|', ...keys.map(row).sort(), ''].join('\n'),
  );
  return ['# What becomes of a compose file', '', ...parts].join('\n');
}

const row = ({ key, does, how = '' }: Key) => `| \`${key}\` | ${does} | ${how} |`;
