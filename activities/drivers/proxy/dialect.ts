import type { Address } from '../../../src/model/host/route-address';
import type { ProxyCapability } from '../../../src/model/host/proxy';
import type { ProxySettings } from './proxy';
import type { RouteSet } from './routes/route-set';
import type { ServedRoute } from './routes/served-route';

/**
 * How one kind of proxy is spoken to. All else about a proxy (its container, networks and volume, the fencing token, draining,
 * replacement) is the same for every kind. In its container every kind listens on the ports of listens.ts, reads its routes from
 * the files `live/NAME.EXTENSION` of the volume when it starts, lets go of idle connections to applications within half a second, and has `sh`, `nc`, `wget` and `timeout` as busybox has them.
 */
export interface Dialect {
  image: string;
  can: ProxyCapability[];
  start(settings: ProxySettings): StartOptions;
  extension: string;
  render(name: string, set: RouteSet): Rendered;
  priorityOf(address: Address): number;
  shell: ShellFunctions;
  readServed(text: string): ServedRoute[];
}

export interface StartOptions {
  script: string;
  args: string[];
  env: string[];
}

export interface Rendered {
  text?: string;
  expected: string;
}

/** Bodies of functions of a shell that stands in the folder of routes. `$NAME` is the place, `$EXPECTED` is as rendered. */
export interface ShellFunctions {
  is_alive: string;
  take_in: string;
  /** Succeeds when the routes of `$NAME` are served as `$EXPECTED`; sets `found` to what it saw instead. */
  is_served: string;
  served: string;
  addresses_of: string;
}
