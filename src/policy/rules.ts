import type { Finding } from '../model/text/path';
import { didYouMean } from '../model/text/suggest';
import type { Policy, Rule } from './schema';

/** What is wrong with a policy that the schema takes. */
export const checkPolicy = (policy: Policy): Finding[] => [
  ...checkPeople(policy),
  ...policy.rules.flatMap((rule, index) => checkRule(policy, rule, ['rules', index])),
];

function checkPeople({ people }: Policy): Finding[] {
  const owners = new Map<string, string>();
  const spellings = new Map<string, string>();
  return Object.entries(people).flatMap(([name, keys]) => {
    const plain = name.trim().toLowerCase();
    const other = spellings.get(plain);
    spellings.set(plain, name);
    const findings: Finding[] = [];
    if (other !== undefined)
      findings.push({
        path: ['people', name],
        message: `is ${other} in another spelling. Keep one of the two`,
        atKey: true,
      });
    for (const key of keys) {
      const owner = owners.get(key);
      owners.set(key, name);
      if (owner !== undefined)
        findings.push({
          path: ['people', name],
          message: `has a key of ${owner === name ? 'its own twice' : owner}. Each key belongs to one person, once`,
          atKey: true,
        });
    }
    return findings;
  });
}

function checkRule({ people }: Policy, rule: Rule, at: (string | number)[]): Finding[] {
  const { approval, operators = [], signed } = rule;
  const named = [
    ...(approval?.from ?? []).map((name, index) => ({ name, path: [...at, 'approval', 'from', index] })),
    ...operators.map((name, index) => ({ name, path: [...at, 'operators', index] })),
  ];
  const findings: Finding[] = named.flatMap(({ name, path }) => {
    const keys = Object.hasOwn(people, name) ? people[name]! : undefined;
    if (!keys)
      return [{ path, message: `is ${name}, who is not under people. ${didYouMean(name, Object.keys(people))}` }];
    if (signed && keys.length === 0)
      return [{ path, message: `is ${name}, who has no key to sign with. Add it under people` }];
    return [];
  });
  if (approval && new Set(approval.from).size < approval.count)
    findings.push({
      path: [...at, 'approval', 'count'],
      message: `is ${approval.count}, and ${new Set(approval.from).size} may decide: nothing could ever pass. Name more people, or ask for fewer`,
    });
  return findings;
}
