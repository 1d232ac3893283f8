import type { Place } from '../../../src/model/names';
import type { Route } from '../../../src/model/service';
import type { Engine, Watch } from '../docker/engine';

/** Moves traffic on one host. One proxy serves all applications and environments of an installation there. */
export interface Proxy {
  /**
   * The proxy runs and answers, made as the settings say; nothing when it does so already. One that was made otherwise is
   * left running, and `watch` is told so; one that is closed is opened. Returns its container's name.
   */
  ensure(engine: Engine, settings: ProxySettings, watch?: Watch): Promise<string>;
  /**
   * A proxy that the engine has given up runs and answers again, as it was made. Nothing where there is none, where it runs,
   * and where a person stopped it.
   */
  revive(engine: Engine, installation: string, watch?: Watch): Promise<void>;
  /** The proxy no longer listens on the host, unless it has routes of another environment than this one. */
  close(engine: Engine, place: Place, settings: ProxySettings, watch?: Watch): Promise<void>;
  /** The proxy's container goes, unless another environment than this one has routes or networks in it. */
  leave(engine: Engine, place: Place, settings: ProxySettings): Promise<void>;
  /**
   * As `ensure`, but one that was made otherwise is replaced: nobody is served from its stop until the new one answers.
   * Routes stay, for they lie on a volume.
   */
  replace(engine: Engine, settings: ProxySettings, watch?: Watch): Promise<string>;
  /**
   * Routes of one environment go to these instances, or away when there are none; returns when the proxy *says* that it
   * serves them. `counter` is the environment's: a set that is older than what is there is refused (`Permanent`).
   */
  setRoutes(engine: Engine, place: Place, set: RouteSet): Promise<void>;
  /** What is set for the environment, as far as the proxy has it; undefined also when no proxy runs. */
  readRoutes(engine: Engine, place: Place): Promise<{ release?: string; counter: number } | undefined>;
  /** Waits until no request is in flight from the proxy to this container, at most `timeoutMs`; true when drained. */
  drain(
    engine: Engine,
    installation: string,
    container: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Asks from inside the proxy; undefined when there was no answer within `timeoutMs`. Redirections are not followed. */
  ask(engine: Engine, installation: string, question: Question, timeoutMs: number): Promise<Answer | undefined>;
}

export interface ProxySettings {
  installation: string;
  image: string;
  /** Where it listens on the host for plain HTTP: `80`, `127.0.0.1:8080`. */
  http: string;
  /** Something else listens there still: it runs, and no request reaches it from outside. */
  closed?: boolean;
  /** As `http`, for HTTPS. */
  https?: string;
  /** Who gives it certificates; `authority` is the text of a PEM file. */
  acme?: { email: string; server?: string; authority?: string };
}

export interface RouteSet {
  counter: number;
  /** Undefined removes the routes. */
  release?: string;
  routes: RouteTo[];
  /** Of routes by HTTPS: the port that users see, and whether certificates are asked for. */
  https?: { port: number; acme: boolean };
}

/** Where requests for a route go: to these instances, all alike; a route without any is answered with 503. */
export interface RouteTo extends Route {
  instances: string[];
  /** What has the rest of the requests: so many percent of them are the route's own. */
  beside?: { percent: number; port: number; instances: string[] };
}

/** One HTTP request. */
export interface Question {
  /** A container's port, or whatever the proxy routes such a request to. */
  to: { container: string; port: number } | 'routes';
  /** The Host header. */
  host: string;
  /** With the query, if any. */
  path: string;
  method?: 'GET' | 'HEAD';
}

export interface Answer {
  status: number;
  /** In lower case. */
  headers: Record<string, string>;
  /** At most its first 64 KB. */
  body: string;
  tookMs: number;
}
