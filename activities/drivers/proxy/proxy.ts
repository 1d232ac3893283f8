import type { ClaimedAddress } from '../../../src/model/host/route-address';
import type { EnvironmentRef } from '../../../src/model/names';
import type { Engine, Watch } from '../docker/engine';
import type { RouteSet } from './routes/route-set';
import type { ServedRoute } from './routes/served-route';

export type ProxyKind = 'traefik' | 'nginx';

/**
 * Moves traffic on one host. One proxy serves all applications and environments of an installation there. Each method but `replace`
 * speaks to the proxy that is there in that proxy's words, whichever kind the settings name.
 */
export interface Proxy {
  /**
   * Starts the proxy with these settings and waits for its answer; opens a closed one. One with other settings
   * keeps running, and `watch` is told. Returns its container's name.
   */
  ensure(engine: Engine, settings: ProxySettings, watch?: Watch): Promise<string>;
  /**
   * Restarts a proxy the engine has given up. Does nothing where there is none, where it runs, and where a
   * person stopped it.
   */
  revive(engine: Engine, installation: string, watch?: Watch): Promise<void>;
  /** Frees the host's ports, unless the proxy has routes of another environment. */
  close(engine: Engine, place: EnvironmentRef, settings: ProxySettings, watch?: Watch): Promise<void>;
  /** Removes the proxy, unless another environment has routes or networks in it. */
  leave(engine: Engine, place: EnvironmentRef, settings: ProxySettings): Promise<void>;
  /**
   * As `ensure`, but one that was made otherwise is replaced: nobody is served from its stop until the new one answers.
   * Routes stay, for they lie on a volume; one of another kind gets them in its own words.
   */
  replace(engine: Engine, settings: ProxySettings, watch?: Watch): Promise<string>;
  /**
   * Routes an environment's traffic to these instances, or nowhere; returns once the proxy *confirms* it.
   * `counter` is the environment's fencing token: an older set is refused (`Permanent`).
   */
  setRoutes(engine: Engine, place: EnvironmentRef, set: RouteSet): Promise<void>;
  /** The environment's routes as the proxy has them; undefined also when no proxy runs. */
  readRoutes(engine: Engine, place: EnvironmentRef): Promise<{ release?: string; counter: number } | undefined>;
  /** The addresses of other environments on this proxy; none when it does not run. */
  readTaken(engine: Engine, place: EnvironmentRef): Promise<ClaimedAddress[]>;
  /** What the proxy serves now, by its own account; undefined when it does not run. */
  readServed(engine: Engine, installation: string): Promise<ServedRoute[] | undefined>;
  /**
   * Waits until the proxy has no request in flight to this container, at most `timeoutMs`; returns whether it is
   * drained.
   */
  drain(
    engine: Engine,
    installation: string,
    container: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** As `drain`, of whatever has these addresses in the proxy's networks. */
  drainFrom(
    engine: Engine,
    installation: string,
    addresses: string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Does it speak HTTP/2 without TLS? Asked from inside the proxy; undefined without an answer within `timeoutMs`. */
  speaksHttp2(
    engine: Engine,
    installation: string,
    to: { container: string; port: number },
    timeoutMs: number,
  ): Promise<boolean | undefined>;
  /** Does it accept TCP connections? Asked from inside the proxy. */
  takesTcp(
    engine: Engine,
    installation: string,
    to: { container: string; port: number },
    timeoutMs: number,
  ): Promise<boolean>;
  /** Sends a request from inside the proxy; undefined without an answer within `timeoutMs`. Follows no redirects. */
  ask(
    engine: Engine,
    installation: string,
    question: ProxyRequest,
    timeoutMs: number,
  ): Promise<ProxyResponse | undefined>;
}

export interface ProxySettings {
  installation: string;
  kind: ProxyKind;
  image: string;
  /** Its address on the host for plain HTTP: `80`, `127.0.0.1:8080`. */
  http: string;
  /** It runs without its host ports, because something else still uses them. */
  closed?: boolean;
  /** Like `http`, for HTTPS. */
  https?: string;
  /** Like `http`, for TCP; routes name these ports. */
  tcp?: string[];
  /** Load balancers whose X-Forwarded-* are kept: `10.0.0.0/8`, `192.0.2.7`. */
  trusted?: string[];
  /** The certificate authority; `authority` is the text of a PEM file. */
  acme?: { email: string; server?: string; authority?: string };
}

export interface ProxyRequest {
  /** A container's port, or the proxy's own routing. */
  to: { container: string; port: number } | 'routes';
  host: string;
  /** With an optional query. */
  path: string;
  method?: 'GET' | 'HEAD';
}

export interface ProxyResponse {
  status: number;
  headers: Record<string, string>;
  /** At most its first 64 KB. */
  body: string;
  tookMs: number;
}
