/** What differs between two frozen configurations, in words. Secrets stand as references; values are nowhere. */

/** Something that is in one way here, in another there; undefined where it is not at all. */
export interface Difference {
  /** As the compose files and the manifest have it: `api.environment.PAYMENTS`, `routes.web`, `soak`. */
  what: string;
  before?: string;
  after?: string;
}

/** Two releases in one environment. */
export interface ReleaseComparison {
  app: string;
  environment: string;
  /** Undefined where nothing is there yet. */
  before?: string;
  after: string;
  /** Digests, by service. */
  images: Difference[];
  configuration: Difference[];
  /** Those of which there is something to say. */
  secrets: SecretComparison[];
}

export interface SecretComparison {
  name: string;
  /** Where it is read: `env SHOP_TOKEN`. */
  before?: string;
  after?: string;
  /** What can be told of its value, a few words each, without it. */
  value: string[];
}

/** Two environments as they are recorded. */
export interface EnvironmentComparison {
  first: { environment: string; release: string };
  second: { environment: string; release: string };
  /** What one manifest says of both of them; `by` is where it says it. */
  declared: (Difference & { by: string })[];
  /** What the one is on and the other is not yet: it goes away when they are on the same release. */
  byRelease: Difference[];
}

/** Two environments as they are now. */
export interface ParityReport extends EnvironmentComparison {
  app: string;
  /** What was changed on a host by other hands, a sentence each. */
  drift: string[];
}
