import { findEnvironment } from '../../model/environment/find';
import type { EnvironmentRecord, ReleaseRecord } from '../../manifest/record/record';
import type { Difference, EnvironmentComparison } from '../../model/container/difference';
import { secretsIn } from '../../model/container/secret';
import { compareImages, compareSettings, compareSources } from './differences';

export interface DeployedEnvironment {
  name: string;
  record: ReleaseRecord;
}

/**
 * How two environments differ. A difference within one release comes from the manifest and is declared; the
 * rest comes from different releases.
 */
export function compareEnvironments(first: DeployedEnvironment, second: DeployedEnvironment): EnvironmentComparison {
  return {
    first: { environment: first.name, release: first.record.release },
    second: { environment: second.name, release: second.record.release },
    ...declaredAndNot(first, second),
  };
}

function declaredAndNot(
  first: DeployedEnvironment,
  second: DeployedEnvironment,
): Pick<EnvironmentComparison, 'declared' | 'byRelease'> {
  const one = environmentIn(first, first.name)!;
  const other = environmentIn(second, second.name)!;
  const [otherAsFirst, oneAsSecond] = [environmentIn(first, second.name), environmentIn(second, first.name)];
  if (otherAsFirst) return { declared: declare(one, otherAsFirst), byRelease: compareAll(otherAsFirst, other) };
  if (oneAsSecond) return { declared: declare(oneAsSecond, other), byRelease: compareAll(one, oneAsSecond) };
  return { declared: [], byRelease: compareAll(one, other) };
}

const environmentIn = ({ record }: DeployedEnvironment, name: string) => findEnvironment(record, name);

const compareAll = (before: EnvironmentRecord, after: EnvironmentRecord): Difference[] => [
  ...compareImages(before, after).map((one) => ({ ...one, what: `${one.what}.image` })),
  ...compareSettings(before, after),
  ...compareSources(before, after).map((one) => ({ ...one, what: `secrets.${one.what}` })),
];

function declare(before: EnvironmentRecord, after: EnvironmentRecord): EnvironmentComparison['declared'] {
  const services = new Set([...before.services, ...after.services].map(({ name }) => name));
  return compareAll(before, after).map((difference) => {
    const [head = ''] = difference.what.split('.');
    return { ...difference, by: services.has(head) ? reasonFor(difference, before, after) : head };
  });
}

function reasonFor(
  { before: was = '', after: is = '' }: Difference,
  before: EnvironmentRecord,
  after: EnvironmentRecord,
): string {
  const names = [...new Set([...Object.keys(before.variables), ...Object.keys(after.variables)])];
  const within = (text: string, value: string | undefined) => !value || text.includes(value);
  const variables = names.filter((name) => {
    const [here, there] = [before.variables[name], after.variables[name]];
    return here !== there && within(was, here) && within(is, there);
  });
  if (variables.length > 0) return variables.map((name) => `variables.${name}`).join(', ');
  const own = [...new Set([...before.compose, ...after.compose])].join(', ');
  const secrets = [...new Set([...secretsIn(was), ...secretsIn(is)])].map((name) => `secrets.${name}`).join(', ');
  return own || secrets || 'services';
}
