import { BUILD_KEYS, DEPLOY_KEYS, type Key, NETWORK_KEYS, SERVICE_KEYS, TOP_KEYS, VOLUME_KEYS } from './keys';

const TABLES: [title: string, keys: Key[]][] = [
  ['The file', TOP_KEYS],
  ['A service', SERVICE_KEYS],
  ['build', BUILD_KEYS],
  ['deploy', DEPLOY_KEYS],
  ['An entry of networks', NETWORK_KEYS],
  ['An entry of volumes', VOLUME_KEYS],
];

/** What becomes of every key of a compose file, as Markdown tables. */
export function printComposeReference(): string {
  const parts = TABLES.map(([title, keys]) =>
    [`## ${title}`, '', '| key | | |', '|---|---|---|', ...keys.map(row).sort(), ''].join('\n'),
  );
  return ['# What becomes of a compose file', '', ...parts].join('\n');
}

const row = ({ key, does, how = '' }: Key) => `| \`${key}\` | ${does} | ${how} |`;
