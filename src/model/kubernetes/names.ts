import { environmentNetwork, type EnvironmentRef, type LabelWords, LONGEST_NAME } from '../names';

/** No longer than a name may be: the end of a long one is replaced by a number that only it has. */
export function shortName(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  let hash = 0x811c9dc5;
  for (const sign of name) hash = Math.imul(hash ^ sign.codePointAt(0)!, 0x01000193) >>> 0;
  const end = hash.toString(16).padStart(8, '0');
  return `${name.slice(0, LONGEST_NAME - end.length - 1).replace(/-+$/, '')}-${end}`;
}

/** The claim of a volume, whose own name may have signs that Kubernetes does not allow. */
export const claimName = (volume: string): string =>
  shortName(
    volume
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, ''),
  );

/** The environment's login to its registry. */
export const pullSecretName = (p: EnvironmentRef): string => shortName(`${environmentNetwork(p)}-pull`);

/** The ConfigMap that says that a release is there, even one without anything else. */
export const releaseMarker = (p: EnvironmentRef, release: string): string =>
  shortName(`${environmentNetwork(p)}-${release}`);

/** The routes of one host name. */
export const routeName = (p: EnvironmentRef, host: string): string =>
  shortName(`${environmentNetwork(p)}-${host.replace(/[^a-z0-9]+/g, '-')}`);

/** The labels that other tools know. */
export const standardLabels = (
  { installation, app, environment }: EnvironmentRef,
  { service, release }: Pick<LabelWords, 'service' | 'release'>,
): Record<string, string> => ({
  ...(service && { 'app.kubernetes.io/name': service }),
  'app.kubernetes.io/instance': shortName(`${app}-${environment}`),
  ...(release && { 'app.kubernetes.io/version': release }),
  'app.kubernetes.io/part-of': app,
  'app.kubernetes.io/managed-by': installation,
});

/** A value of a label: anything else must be an annotation. */
export const isLabelValue = (value: string): boolean => /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/.test(value);
