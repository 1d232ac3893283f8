import { CONTAINER_NAME, HOST_NAME, isPort, URL_PATH } from '../../../../src/model/text/grammar';
import { tcpPortOf } from '../../../../src/model/host/route-address';
import { permanent } from '../../errors';
import type { Dialect, Rendered } from '../dialect';
import type { RouteSet, RouteTo } from './route-set';

/**
 * The file of routes of a place: comments that say which release they are of and which rollout set them, the routes in the words of
 * the proxy's kind, and a comment with the set itself, from which another kind of proxy makes its own. Empty without routes.
 * Permanent failure (kind `bad-route`) where a record has what no manifest may have: it would be read as something else than a route.
 */
export function writeRouteFile(dialect: Dialect, name: string, set: RouteSet): Rendered & { text: string } {
  const { release } = set;
  if (release === undefined || set.routes.length === 0) return { text: '', expected: '' };
  refuseBadSet(name, set, release);
  const { text, expected } = dialect.render(name, set);
  const lines = [`# release ${release}`, `# counter ${set.counter}`, ...(text ? [text] : []), `# set ${writeSet(set)}`];
  return { text: lines.join('\n'), expected };
}

/** A set in one line, whatever the order in which it was made: the same sets read the same. */
export const writeSet = ({ counter, release, routes, https }: RouteSet): string =>
  writeJson({ counter, release, routes: routes.map(inOrder), https });

const inOrder = ({ service, host, path, port, protocol, https, instances, beside }: RouteTo): RouteTo => ({
  service,
  host,
  path,
  port,
  protocol,
  https,
  instances,
  ...(beside && {
    beside: { percent: beside.percent, port: beside.port, protocol: beside.protocol, instances: beside.instances },
  }),
});

/** A kind of proxy may take its file for a template: no text in it shows a brace, so there is nothing to fill in. */
export const writeJson = (content: unknown): string =>
  JSON.stringify(content).replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replaceAll('{', '\\u007b').replaceAll('}', '\\u007d'),
  );

/** What the comments of a file of routes say; undefined when there is none. `set` is missing in those of an older windlass. */
export function readRouteFile(text: string): { release: string; counter: number; set?: RouteSet } | undefined {
  const [, release, counter] = /^# release (.+)\n# counter (\d+)$/m.exec(text) ?? [];
  if (release === undefined) return undefined;
  const [, set] = /^# set (.+)$/m.exec(text) ?? [];
  return { release, counter: Number(counter), ...(set !== undefined && { set: JSON.parse(set) as RouteSet }) };
}

function refuseBadSet(name: string, { counter, routes }: RouteSet, release: string): void {
  const wrong = [
    ...(CONTAINER_NAME.test(release) ? [] : [`${JSON.stringify(release)} is not the name of a release`]),
    ...(Number.isSafeInteger(counter) ? [] : [`${JSON.stringify(counter)} is not the number of a rollout`]),
    ...routes.flatMap(describeBadRoute),
  ];
  if (wrong.length === 0) return;
  throw permanent({
    operation: 'switchRoutes',
    kind: 'bad-route',
    message: `the routes of ${name} were not written: ${wrong.join('; ')}. Was its record written by an older windlass? Correct windlass.yaml and release again`,
  });
}

function describeBadRoute({ service, host, path, port, protocol, instances, beside }: RouteTo): string[] {
  const wrongIn = (words: string, texts: unknown[], isRight: (text: string) => boolean) =>
    texts
      .filter((text) => typeof text !== 'string' || !isRight(text))
      .map((text) => `${JSON.stringify(text)} is not ${words}`);
  return [
    ...wrongIn('the name of a service', [service], (text) => CONTAINER_NAME.test(text)),
    ...wrongIn('a host name', [host], (text) =>
      protocol === 'tcp' ? tcpPortOf({ host: text }) !== undefined : HOST_NAME.test(text),
    ),
    ...wrongIn('the path of a URL', [path], (text) => URL_PATH.test(text)),
    ...wrongIn('the name of a container', [...instances, ...(beside?.instances ?? [])], (text) =>
      CONTAINER_NAME.test(text),
    ),
    ...[protocol, beside?.protocol]
      .filter((one) => one !== undefined && one !== 'h2c' && one !== 'tcp')
      .map((one) => `${JSON.stringify(one)} is not a protocol`),
    ...[port, ...(beside ? [beside.port] : [])]
      .filter((one) => !isPort(one))
      .map((one) => `${JSON.stringify(one)} is not a port`),
  ];
}
