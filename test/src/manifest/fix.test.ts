import { parse } from 'yaml';
import { fixCompose } from '../../../src/manifest/fix/compose';
import { showChange } from '../../../cli/print/change';
import { declareSecrets } from '../../../src/manifest/fix/manifest';
import { parseManifest } from '../../../src/manifest/parse';

const COMPOSE = `# The shop
x-db: &db # shared
  DB_PASSWORD: hunter2 # not for long
services:
  web:
    build: .
    environment:
      <<: *db
      MODE: 'x'
      TOKEN: "a#b"
  worker:
    image: w
    environment: { <<: *db, TOKEN: other, URL: 'postgres://u:pw@db/x' }
  db:
    image: mongo
    environment:
      - MONGO_PASSWORD=exa}mple
      - PLAIN=1
    volumes: [/data/db, "kept:/x"]
volumes:
  kept: # a comment
`;

test('what no release takes is rewritten, and nothing else', () => {
  const { text, secrets } = fixCompose(COMPOSE);
  expect(showChange('c.yml', COMPOSE, text)).toEqual([
    'c.yml:3 -   DB_PASSWORD: hunter2 # not for long',
    'c.yml:3 +   DB_PASSWORD: "${DB_PASSWORD:-hunter2}" # not for long',
    'c.yml:10 -       TOKEN: "a#b"',
    'c.yml:10 +       TOKEN: "${WEB_TOKEN:-a#b}"',
    "c.yml:13 -     environment: { <<: *db, TOKEN: other, URL: 'postgres://u:pw@db/x' }",
    'c.yml:13 +     environment: { <<: *db, TOKEN: "${WORKER_TOKEN:-other}", URL: "${URL:-postgres://u:pw@db/x}" }',
    'c.yml:17 -       - MONGO_PASSWORD=exa}mple',
    'c.yml:17 +       - "MONGO_PASSWORD=${MONGO_PASSWORD}"',
    'c.yml:19 -     volumes: [/data/db, "kept:/x"]',
    'c.yml:19 +     volumes: ["db-data-db:/data/db", "kept:/x"]',
    'c.yml:22 +   db-data-db: {}',
  ]);
  expect(secrets).toEqual(['DB_PASSWORD', 'WEB_TOKEN', 'WORKER_TOKEN', 'URL', 'MONGO_PASSWORD']);
  expect(parse(text, { merge: true })).toMatchObject({ volumes: { kept: null, 'db-data-db': {} } });
  expect(fixCompose(text)).toEqual({ text, secrets: [] });
  expect(fixCompose(COMPOSE, ['DB_PASSWORD']).text).toContain('DB_PASSWORD: hunter2');
});

test.each([
  ['no secrets', ''],
  ['a block', '    secrets:\n      A: { env: A } # one\n'],
  ['in one line', '    secrets: { A: { env: A } }\n'],
  ['an empty one', '    secrets: {}\n'],
])('secrets are declared where an approval is needed: %s', (_, secrets) => {
  const text = `app: shop\nenvironments:\n  staging:\n    hosts: [local]\n  production: # the real one\n    hosts: [local]\n${secrets}    approval: { from: [a] }\n`;
  const after = declareSecrets('windlass.yaml', text, ['TOKEN', 'B_KEY']);
  const { manifest, problems } = parseManifest('windlass.yaml', after);
  expect(problems).toEqual([]);
  expect(manifest?.environments['staging']?.secrets).toEqual({});
  expect(manifest?.environments['production']?.secrets).toMatchObject({
    TOKEN: { env: 'SHOP_PRODUCTION_TOKEN' },
    B_KEY: { env: 'SHOP_PRODUCTION_B_KEY' },
  });
  expect(after).toContain('production: # the real one');
});
