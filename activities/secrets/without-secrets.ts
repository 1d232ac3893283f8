import type { Watch } from '../drivers/docker/engine';
import { mapFailure } from '../drivers/errors';
import { redact, redactFailure } from './redact';

/** The progress that an activity reports, and the error it fails with. */
export interface SecretRedaction {
  watch: Watch;
  redacted(error: unknown): Promise<unknown>;
}

/**
 * Redacts an activity's progress and errors. Secrets are read only when there is something to report: an operation that
 * fails without a secret store must still be undone.
 */
export function withoutSecrets(watch: Watch, values: () => Promise<string[]>): SecretRedaction {
  return {
    watch: {
      ...watch,
      // Once the activity was stopped, nothing is reported.
      onProgress: (line) =>
        void values().then(
          (known) => watch.onProgress?.(redact(line, known)),
          () => undefined,
        ),
    },
    async redacted(error) {
      const known = await values();
      return mapFailure(error, (failure) => redactFailure(failure, known));
    },
  };
}
