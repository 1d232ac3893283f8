/** What is so of a verification, whatever its settings: rules and plans ask this, and never for its name. */
export interface VerificationTraits {
  /** On every target that its service runs on, on the first of these, or once for the environment, whatever runs where. */
  where: 'every-target' | 'one-target' | 'once';
  /** It judges the whole soak instead of a moment, so its operation gets the soak's length. */
  over?: 'soak';
  /** It asks by HTTP, through a route of its service. */
  byRoute?: true;
}

const TRAITS = {
  http: { where: 'every-target', byRoute: true },
  run: { where: 'one-target' },
} satisfies Record<string, VerificationTraits>;

type VerificationKind = keyof typeof TRAITS;

export const VERIFICATIONS: Record<VerificationKind, VerificationTraits> = TRAITS;

/** The service that a verification is about; of some it is the environment as a whole. */
export const serviceOf = (verification: { kind: VerificationKind; service?: string }): string | undefined =>
  verification.service;
