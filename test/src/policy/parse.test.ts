import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describeProblem } from '../../../src/model/text/problem';
import { HOST_OPTIONS } from '../../../src/model/host/options';
import { listPolicyKeys, parsePolicy, printPolicyReference } from '../../../src/policy/parse';
import { pathsOf } from '../manifest/paths-of';

const EXAMPLE = readFileSync(join(__dirname, '../../../docs/windlass-policy.example.yaml'), 'utf8');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMKeskR3FzcA74otd97nSQM6T5gpWtKKekeXg8+wPmDL';
const OTHER = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDOOgokf+psbL6FLzaKLIpEd4pv9C/B22+wYr06yaMgk';

const read = (text: string) => parsePolicy('policy.yaml', text);
const problemsOf = (text: string) => read(text).problems.map(describeProblem);

test('the commented example is a policy', () => {
  expect(parsePolicy('docs/windlass-policy.example.yaml', EXAMPLE).problems).toEqual([]);
});

test('the commented example has every key, and the reference no other', () => {
  const keys = listPolicyKeys().map(({ key }) => key);
  const written = new Set(pathsOf(parse(EXAMPLE), new Set(keys)));
  expect(keys.filter((key) => !written.has(key))).toEqual([]);
});

test('every key says what it means', () => {
  expect(listPolicyKeys().filter(({ what }) => !what)).toEqual([]);
  const text = printPolicyReference();
  expect(text).toContain('- `rules[].apps` (list of string, required)');
  expect(text).toContain('- `rules[].docker.privileged` (true or list of string)');
  for (const key of Object.keys(HOST_OPTIONS)) expect(text).toContain(`\`rules[].docker.${key}\``);
});

test('what is not said is nothing, and true is any', () => {
  const { policy } = read(
    `people: { ana: ${KEY} ana@laptop }\nrules: [{ apps: [shop], docker: { privileged: true } }]`,
  );
  expect(policy?.people).toEqual({ ana: [KEY] });
  expect(policy?.rules).toEqual([
    {
      apps: ['shop'],
      environments: ['*'],
      sources: [],
      targets: [],
      routes: [],
      projects: [],
      secrets: { env: [], file: [], exec: [] },
      registries: [],
      docker: { privileged: ['**'] },
      signed: false,
    },
  ]);
});

test.each<[string, string, string]>([
  ['no YAML', 'rules: [', 'policy.yaml:1:9: is not YAML'],
  ['empty', '', 'policy.yaml: is empty. For its keys: windlass docs policy.'],
  ['no rule', 'rules: []', 'policy.yaml:1:1 rules: is empty. Write at least one rule'],
  [
    'a key that is not known',
    'rules:\n- aps: [shop]\n  apps: [shop]',
    'policy.yaml:2:3 rules[0].aps: is not known here. Did you mean "apps"?',
  ],
  [
    'an option that is not known',
    'rules:\n- apps: [a]\n  docker: { cap_ad: [X] }',
    'policy.yaml:3:13 rules[0].docker.cap_ad: is not known here. Did you mean "cap_add"?',
  ],
  ['false for an option', 'rules:\n- apps: [a]\n  docker: { pid: false }', 'policy.yaml:3:18 rules[0].docker.pid:'],
  ['a key twice', 'rules:\n- apps: [a]\n  apps: [b]', 'policy.yaml:3:3 apps: is a duplicate key'],
  [
    'no key of SSH',
    'people:\n  ana: ssh-ed25519 AAAA\nrules: [{ apps: [a] }]',
    'policy.yaml:2:8 people.ana: is not the public key of SSH',
  ],
  [
    'a key whose type is another',
    `people:\n  ana: ${KEY.replace('ssh-ed25519', 'ssh-rsa')}\nrules: [{ apps: [a] }]`,
    'policy.yaml:2:8 people.ana: is not the public key of SSH',
  ],
  [
    'a private key',
    'people:\n  ana: -----BEGIN OPENSSH PRIVATE KEY-----\nrules: [{ apps: [a] }]',
    'policy.yaml:2:8 people.ana: is not the public key of SSH',
  ],
  [
    'a key of two persons',
    `people:\n  ana: ${KEY}\n  ben: [${OTHER}, ${KEY} x]\nrules: [{ apps: [a] }]`,
    'policy.yaml:3:3 people.ben: has a key of ana. Each key belongs to one person, once.',
  ],
  [
    'a person in two spellings',
    `people:\n  a@x: ${KEY}\n  A@x: ${OTHER}\nrules: [{ apps: [a] }]`,
    'policy.yaml:3:3 people["A@x"]',
  ],
  [
    'an approver who is nobody',
    `people: { ana: ${KEY} }\nrules:\n- apps: [a]\n  approval: { from: [anna] }`,
    'policy.yaml:4:22 rules[0].approval.from[0]: is anna, who is not under people. Did you mean "ana"?',
  ],
  [
    'an operator who is nobody',
    `rules:\n- apps: [a]\n  operators: [toString]`,
    'policy.yaml:3:15 rules[0].operators[0]: is toString, who is not under people. There is none.',
  ],
  [
    'more approvals than people',
    `people: { ana: ${KEY} }\nrules:\n- apps: [a]\n  approval: { from: [ana, ana], count: 2 }`,
    'policy.yaml:4:40 rules[0].approval.count: is 2, and 1 may decide',
  ],
  [
    'an approver without a key where decisions are signed',
    `people: { ana: [] }\nrules:\n- apps: [a]\n  signed: true\n  approval: { from: [ana] }`,
    'policy.yaml:5:22 rules[0].approval.from[0]: is ana, who has no key to sign with',
  ],
])('%s is reported with its place', (_, text, message) => {
  expect(read(text).policy).toBeUndefined();
  expect(problemsOf(text).join('\n')).toContain(message);
});
