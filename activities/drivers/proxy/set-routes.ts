import { proxyName, routesName, type Place } from '../../../src/model/names';
import { permanent, transient } from '../errors';
import type { Engine } from '../docker/engine';
import { API, ROUTES_FOLDER } from './container';
import type { RouteSet } from './proxy';
import { writeRoutes, type RoutesFile } from './routes-file';

/** Exit statuses of the script that are answers, not accidents. */
const OUTDATED = 3;
const NOT_SERVED = 4;
/** How long the proxy may take to serve what was written; 0.2 s is usual. */
const SERVED_WITHIN_S = 10;

/**
 * Everything in one `exec`, so that no other process comes between comparing and writing, and no port is open for it.
 * Only what busybox has in its smallest build: neither `flock` nor `wget -T`. What is written comes in variables.
 *
 * The file is renamed into the watched folder: Traefik reads one that is being written, and then serves nothing.
 * The lock is held for a few milliseconds; one that is older than 2 s was left by a shell that was killed.
 */
const SCRIPT = `
set -u
cd ${ROUTES_FOLDER} && mkdir -p live next counters || exit 1
lock=/tmp/$NAME.lock tries=0
until ln -s held "$lock" 2>/dev/null || [ $((tries += 1)) -gt 100 ]; do sleep 0.02; done
trap 'rm -f "$lock"' EXIT

refuse_if_outdated() {
  newest=$(cat "counters/$NAME" 2>/dev/null) || newest=0
  [ "$COUNTER" -ge "$newest" ] || { echo "$newest"; exit ${OUTDATED}; }
}
put() { printf '%s\\n' "$1" > "next/$NAME.$$" && mv "next/$NAME.$$" "$2" || exit 1; }

refuse_if_outdated
put "$COUNTER" "counters/$NAME"
if [ -z "$ROUTES" ]; then rm -f "live/$NAME.yml"
elif [ "$ROUTES" != "$(cat "live/$NAME.yml" 2>/dev/null)" ]; then put "$ROUTES" "live/$NAME.yml"
fi
rm -f "$lock"
trap - EXIT

api() { timeout 2 wget -qO- "${API}/http/$1"; }
served() {
  found=$(api "routers?search=$NAME.&per_page=1000") || return 1
  names=$(printf %s "$found" | grep -o "\\"name\\":\\"$NAME\\.[^@]*" | cut -d '"' -f 4 | sort)
  [ "$names" = "$ROUTERS" ] || return 1
  for router in $ROUTERS; do
    api "routers/$router@file" | grep -q '"status":"enabled"' || return 1
  done
  [ -z "$SERVICES" ] || while read -r service parts; do
    found=$(api "services/$service@file") || return 1
    [ "$(printf %s "$found" | grep -o -e '"url":"[^"]*' -e '"name":"[^"]*","weight":[0-9]*' | tr -d '"' | sort | tr '\\n' ' ')" = "\${parts:+$parts }" ] || return 1
  done <<SERVICES
$SERVICES
SERVICES
}
end=$(($(date +%s) + ${SERVED_WITHIN_S}))
until served; do
  if [ "$(date +%s)" -ge "$end" ]; then
    refuse_if_outdated
    echo "$found"
    exit ${NOT_SERVED}
  fi
  sleep 0.02
done
`;

/** Sets an environment's routes and waits until the proxy says that it serves exactly these. */
export async function setRoutes(engine: Engine, place: Place, set: RouteSet): Promise<void> {
  const file = writeRoutes(place, set);
  const container = proxyName(place.installation);
  if (!(await isThere(engine, place, file))) return;
  const result = await engine.exec(container, ['sh', '-c', SCRIPT], {
    env: { NAME: routesName(place), COUNTER: String(set.counter), ROUTES: file.text, ...expected(file) },
    timeoutMs: (SERVED_WITHIN_S + 5) * 1_000,
  });
  if (result.exitCode === 0) return;
  const where = { operation: 'switchRoutes', host: engine.host };
  const name = routesName(place);
  if (result.exitCode === OUTDATED)
    throw permanent({
      ...where,
      kind: 'outdated',
      message:
        `the routes of ${name} were set by rollout ${result.stdout.trim()} already, this is rollout ${set.counter}. ` +
        `A newer rollout is in charge: look at its workflow. If it is lost, remove ${ROUTES_FOLDER}/counters/${name} in ${container}`,
    });
  throw transient({
    ...where,
    kind: 'routes-not-served',
    message:
      result.exitCode === NOT_SERVED
        ? `${container} does not serve the routes of ${name} ${SERVED_WITHIN_S} s after they were written. Look at: docker logs ${container}`
        : `the routes of ${name} could not be written in ${container} (exit status ${result.exitCode}). Its image must have sh, wget, grep, cut, sort, timeout`,
    lastLines: lines(result.exitCode === NOT_SERVED ? result.stdout : result.stderr),
  });
}

/** Does the proxy run? Without one there is nothing to be done only where there is nothing to route; else it fails. */
async function isThere(engine: Engine, place: Place, file: RoutesFile): Promise<boolean> {
  const container = proxyName(place.installation);
  const state = (await engine.inspectContainer(container))?.state;
  if (state === 'running') return true;
  if (state === undefined && file.text === '') return false;
  throw transient({
    operation: 'switchRoutes',
    host: engine.host,
    kind: 'no-proxy',
    message: `the proxy ${container} ${state ? `is ${state}` : 'is not there'}. Expected it to run: windlass bootstrap ${place.environment} --host ${engine.host}`,
  });
}

function expected(file: RoutesFile): { ROUTERS: string; SERVICES: string } {
  const services = Object.entries(file.services).map(([name, parts]) => [name, ...parts].join(' '));
  return { ROUTERS: file.routers.join('\n'), SERVICES: services.join('\n') };
}

const lines = (text: string) => text.trim().split('\n').slice(-10);
