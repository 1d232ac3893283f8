/** Differences between frozen configurations. Secrets are references, never values. */

/** A differing setting; undefined where it is missing. */
export interface Difference {
  what: string;
  before?: string;
  after?: string;
}

export interface ReleaseComparison {
  app: string;
  environment: string;
  /** Undefined where there is no release yet. */
  before?: string;
  after: string;
  images: Difference[];
  configuration: Difference[];
  secrets: SecretComparison[];
}

export interface SecretComparison {
  name: string;
  before?: string;
  after?: string;
  value: string[];
}

export interface EnvironmentComparison {
  first: { environment: string; release: string };
  second: { environment: string; release: string };
  declared: (Difference & { by: string })[];
  byRelease: Difference[];
}

export interface ParityReport extends EnvironmentComparison {
  app: string;
  drift: string[];
}
