import { APP_NAME, DIGEST, ENVIRONMENT_NAME, RELEASE_NAME, SERVICE_NAME } from '../src/model/text/grammar';
import { isReleaseOf } from '../src/model/release';
import { permanent } from './drivers/errors';

interface Named {
  app?: unknown;
  environment?: unknown;
  release?: unknown;
  service?: unknown;
  digest?: unknown;
  source?: { commit?: unknown };
}

/**
 * Refuses input with invalid names, because they become repository paths, container names and
 * folders, and anyone with access to Temporal may send them. A release's name follows from its
 * commit, so it must match. Fails permanently (kind `bad-name`).
 */
export function refuseBadNames(input: unknown): void {
  const wrong = namedIn(input).flatMap(describeWrong);
  if (wrong.length === 0) return;
  throw permanent({
    kind: 'bad-name',
    message: `${wrong.join('; ')}. Nothing was done. Use the command line, which makes valid names`,
  });
}

function namedIn(input: unknown): Named[] {
  const all = (isObject(input) ? input : {}) as Record<string, unknown>;
  const { request, record, current, left, before, after, first, second, keep, scope, draft, entry, build } = all;
  const { records } = (isObject(scope) ? scope : {}) as { records?: unknown };
  const sides = [first, second].flatMap((side) =>
    isObject(side) ? [side, (side as { record?: unknown }).record] : [],
  );
  // A stored release is named next to its draft, which has the commit.
  const stored = isObject(draft) ? [{ ...draft, release: all['release'] }] : [];
  const listed = [keep, isObject(records) ? Object.values(records) : []].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  const keys = isObject(records) ? Object.keys(records).map((release) => ({ release })) : [];
  // An entry may report a refused release; only its application determines where it is written.
  const ledger = isObject(entry) ? [{ app: (entry as Named).app }] : [];
  return [
    all,
    request,
    record,
    current,
    left,
    before,
    after,
    ...sides,
    scope,
    ...ledger,
    build,
    ...stored,
    ...listed,
    ...keys,
  ].filter(isObject);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function describeWrong({ app, environment, release, service, digest, source }: Named): string[] {
  const commit = isObject(source) ? source.commit : undefined;
  return [
    ...notNamed('an application', app, APP_NAME),
    ...notNamed('an environment', environment, ENVIRONMENT_NAME),
    ...notNamed('a release', release, RELEASE_NAME),
    ...notNamed('a service', service, SERVICE_NAME),
    ...notNamed('a record', digest, DIGEST),
    ...(typeof release === 'string' &&
    RELEASE_NAME.test(release) &&
    typeof commit === 'string' &&
    !isReleaseOf(release, commit)
      ? [`${release} is not the name of a release of commit ${JSON.stringify(commit)}`]
      : []),
  ];
}

const notNamed = (what: string, name: unknown, grammar: RegExp): string[] =>
  name === undefined || (typeof name === 'string' && grammar.test(name))
    ? []
    : [`${JSON.stringify(name)} is not the name of ${what}`];
