import { permanent, transient } from './errors';

/** What a message means, and whether a retry can help. */
export interface Rule {
  says: RegExp;
  kind: string;
  retry: boolean;
  next: string;
}

/** What no rule knows is taken for a service that cannot be reached. */
export const UNREACHABLE = {
  kind: 'unreachable',
  retry: true,
  unknown: true,
  next: 'Check that it is running and the worker can reach it',
} as const;

/** The error of a rule: transient where another attempt may help. */
export const failureBy = (
  { kind, retry, unknown }: { kind: string; retry: boolean; unknown?: true },
  message: string,
): Error => (retry ? transient : permanent)({ kind, message, ...(unknown && { unknown }) });
