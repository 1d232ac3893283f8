import { tcpPortOf } from '../../../../src/model/host/route-address';
import type { Dialect } from '../dialect';
import { KINDS } from '../kinds';
import { renderRoutes, ruleOf } from './render';
import { READ_SERVED, readServed } from './served';
import { API, start } from './start';

/** Traefik: told by files that it watches; its API says what it serves. */
export const traefik: Dialect = {
  ...KINDS.traefik,
  start,
  extension: 'yml',
  render: renderRoutes,
  priorityOf: (address) => (tcpPortOf(address) === undefined ? ruleOf(address).length : 1),
  shell: {
    is_alive: `timeout 5 wget -q -O /dev/null ${API}/overview`,
    // It watches the folder. A file that is being written would leave it with nothing to serve, so files are renamed into it.
    take_in: ':',
    // A revision in the names of routers tells this file from an earlier one.
    is_served: `
  api() { timeout 2 wget -qO- "${API}/$1"; }
  found=$(api "http/routers?search=$NAME.&per_page=1000" && api "tcp/routers?search=$NAME.&per_page=1000") || return 1
  names=$(printf %s "$found" | grep -o "\\"name\\":\\"$NAME\\.[^@]*" | cut -d '"' -f 4 | sort)
  [ "$names" = "$EXPECTED" ] || return 1
  for router in $EXPECTED; do
    { api "http/routers/$router@file" 2>/dev/null || api "tcp/routers/$router@file"; } | grep -q '"status":"enabled"' || return 1
  done
`,
    served: READ_SERVED,
    addresses_of: `
  grep -o 'Host(\\\\"[^"\\\\]*\\\\") && PathPrefix(\\\\"[^"\\\\]*\\\\")' "$1" | cut -d '"' -f 2,4 | sed 's/\\\\"/ /; s/\\\\$//'
  grep -o '"entryPoints":\\["tcp-[0-9]*"]' "$1" | sed 's/.*tcp-\\([0-9]*\\).*/:\\1 \\//'
`,
  },
  readServed,
};
