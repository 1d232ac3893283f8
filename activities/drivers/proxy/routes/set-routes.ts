import { describeTaken } from '../../../../src/model/host/route-address';
import { proxyName, routesName, type EnvironmentRef } from '../../../../src/model/names';
import { permanent, transient } from '../../errors';
import type { Engine, ExecResult } from '../../docker/engine';
import { ADDRESSES_OF_OTHERS } from '../addresses';
import { compareServed } from './compare-served';
import { ROUTES_FOLDER } from '../lifecycle/container';
import type { Dialect } from '../dialect';
import { dialectOf } from '../dialects';
import { writeRouteFile } from './route-file';
import type { RouteSet } from './route-set';
import { wantedRoutes } from './served-route';
import { shellOf } from '../shell';

/** Exit statuses of the script that are results, not failures. */
const OUTDATED = 3;
const NOT_SERVED = 4;
const TAKEN = 5;
/** How long the proxy may take to serve the new file; 0.2 s is usual. */
const SERVED_WITHIN_S = 10;

/**
 * Everything in one `exec`, so that no other process comes between comparing and writing, and no port is open for it.
 * Only what busybox has in its smallest build: neither `flock` nor `wget -T`. What is written comes in variables.
 *
 * The file is renamed into the folder, because a proxy that watches it reads one that is being written, and then serves nothing.
 * The lock is held for a few milliseconds, by one place at a time, for they look at each other's files; one that is older than
 * 2 s was left by a shell that was killed.
 */
const scriptFor = (dialect: Dialect) => `
set -u
${shellOf(dialect)}
cd ${ROUTES_FOLDER} && mkdir -p live next counters || exit 1
lock=/tmp/routes.lock tries=0
until ln -s held "$lock" 2>/dev/null || [ $((tries += 1)) -gt 100 ]; do sleep 0.02; done
trap 'rm -f "$lock"' EXIT

refuse_if_outdated() {
  newest=$(cat "counters/$NAME" 2>/dev/null) || newest=0
  [ "$COUNTER" -ge "$newest" ] || { echo "$newest"; exit ${OUTDATED}; }
}
${ADDRESSES_OF_OTHERS}
refuse_if_taken() {
  while read -r owner host path; do
    while read -r own_host own_path; do
      [ -n "$own_host" ] && [ "$host" = "$own_host" ] || continue
      case "\${path%/}" in "\${own_path%/}"*) ;; *) case "\${own_path%/}" in "\${path%/}"*) ;; *) continue ;; esac ;; esac
      echo "$own_host $own_path $owner $host $path"
      exit ${TAKEN}
    done <<OWN
$ADDRESSES
OWN
  done <<TAKEN
$(addresses_of_others)
TAKEN
}
put() { printf '%s\\n' "$1" > "next/$NAME.$$" && mv "next/$NAME.$$" "$2" || exit 1; }

refuse_if_outdated
refuse_if_taken
put "$COUNTER" "counters/$NAME"
file="live/$NAME.$extension"
if [ -z "$ROUTES" ]; then rm -f "$file"
elif [ "$ROUTES" != "$(cat "$file" 2>/dev/null)" ]; then put "$ROUTES" "$file"
fi
take_in
rm -f "$lock"
trap - EXIT

found=
end=$(($(date +%s) + ${SERVED_WITHIN_S}))
until is_served; do
  if [ "$(date +%s)" -ge "$end" ]; then
    refuse_if_outdated
    echo "$found"
    exit ${NOT_SERVED}
  fi
  sleep 0.02
done
[ "$ROUTES" = "$(cat "$file" 2>/dev/null)" ] || { echo "$file was written by somebody else"; exit ${NOT_SERVED}; }
served
`;

/**
 * Sets an environment's routes and waits until the proxy serves exactly these. Fails permanently (kind
 * `address-taken`) when another environment owns one of their addresses.
 */
export async function setRoutes(engine: Engine, place: EnvironmentRef, set: RouteSet): Promise<void> {
  const dialect = await dialectThere(engine, place, set);
  if (dialect) await writeRoutes(engine, place.installation, { name: routesName(place), set, dialect });
}

/** As `setRoutes`, in the words of the proxy that runs; `name` is the place's. */
export async function writeRoutes(
  engine: Engine,
  installation: string,
  { name, set, dialect }: { name: string; set: RouteSet; dialect: Dialect },
): Promise<void> {
  const { text, expected } = writeRouteFile(dialect, name, set);
  const wanted = text === '' ? [] : wantedRoutes(set, dialect.priorityOf);
  const container = proxyName(installation);
  const addresses = new Set(wanted.flatMap(({ address }) => (address ? `${address.host} ${address.path}` : [])));
  const result = await engine.exec(container, ['sh', '-c', scriptFor(dialect)], {
    env: {
      NAME: name,
      COUNTER: String(set.counter),
      ROUTES: text,
      EXPECTED: expected,
      ADDRESSES: [...addresses].join('\n'),
    },
    timeoutMs: (SERVED_WITHIN_S + 5) * 1_000,
  });
  if (result.exitCode !== 0) throw failureOf(engine, { container, name, counter: set.counter }, result);
  const differences = compareServed(name, wanted, dialect.readServed(result.stdout));
  if (differences.length === 0) return;
  throw transient({
    ...at(engine),
    kind: 'routes-not-served',
    message: `${container} does not serve the routes of ${name}: ${differences[0]}. Does something else write route files? Check ${ROUTES_FOLDER}/live in it`,
    lastLines: differences.slice(0, 10),
  });
}

const at = (engine: Engine) => ({ operation: 'switchRoutes', host: engine.host });

function failureOf(
  engine: Engine,
  { container, name, counter }: { container: string; name: string; counter: number },
  { exitCode, stdout, stderr }: ExecResult,
) {
  if (exitCode === TAKEN) return permanent({ ...at(engine), kind: 'address-taken', message: describeClash(stdout) });
  if (exitCode === OUTDATED)
    return permanent({
      ...at(engine),
      kind: 'outdated',
      message:
        `the routes of ${name} were set by rollout ${stdout.trim()} already, this is rollout ${counter}. ` +
        `A newer rollout is in charge: see its workflow. If it is lost, remove ${ROUTES_FOLDER}/counters/${name} in ${container}`,
    });
  return transient({
    ...at(engine),
    kind: 'routes-not-served',
    message:
      exitCode === NOT_SERVED
        ? `${container} does not serve the routes of ${name} ${SERVED_WITHIN_S} s after they were written. Check: docker logs ${container}`
        : `the routes of ${name} could not be written in ${container} (exit status ${exitCode}). Its image needs sh, wget, grep, cut, sort, timeout`,
    lastLines: lines(exitCode === NOT_SERVED ? stdout : stderr),
  });
}

/** How the proxy that runs is spoken to. Without one there is nothing to be done only where there is nothing to route; else it fails. */
async function dialectThere(engine: Engine, place: EnvironmentRef, set: RouteSet): Promise<Dialect | undefined> {
  const container = proxyName(place.installation);
  const found = await engine.inspectContainer(container);
  if (found?.state === 'running') return dialectOf(place.installation, found);
  if (!found && (set.release === undefined || set.routes.length === 0)) return undefined;
  throw transient({
    operation: 'switchRoutes',
    host: engine.host,
    kind: 'no-proxy',
    message: `the proxy ${container} ${found ? `is ${found.state}` : 'is missing'}. Start it:  windlass bootstrap ${place.environment} --host ${engine.host}`,
  });
}

function describeClash(said: string): string {
  const [ownHost = '', ownPath = '', owner = '', host = '', path = ''] = said.trim().split(' ');
  return describeTaken({ host: ownHost, path: ownPath }, { owner, host, path });
}

const lines = (text: string) => text.trim().split('\n').slice(-10);
