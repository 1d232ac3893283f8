import { wordsOfCause } from '../src/model/failure';
import { EXIT, type Exit } from './exit';

/** An error the user can understand and fix. Anything else that is thrown is a bug. */
export class UserError extends Error {
  override name = 'UserError';
  constructor(
    /** What is wrong, and what was expected. Further lines give details. */
    message: string,
    readonly exit: Exit = EXIT.input,
    readonly next?: string,
  ) {
    super(message);
  }
}

export interface Explained {
  message: string;
  next?: string;
  exit: Exit;
  /** Only for bugs. */
  stack?: string;
}

/** Describes anything thrown to the user. Matches Temporal's errors by name, to avoid loading the client. */
export function explainError(thrown: unknown): Explained {
  if (thrown instanceof UserError) return thrown;
  if (!(thrown instanceof Error)) return { message: wordsOfCause(thrown), exit: EXIT.unexpected };
  const known = (BY_NAME[thrown.name] ?? BY_NAME[thrown.constructor.name])?.(thrown) ?? explainGrpc(thrown);
  if (known) return known;
  return {
    message: wordsOfCause(thrown),
    exit: EXIT.unexpected,
    stack: thrown.stack,
    next: 'Unexpected error; please report it. WINDLASS_DEBUG=1 shows the stack.',
  };
}

type ByName = Record<string, (error: Error) => Explained | undefined>;
const BY_NAME: ByName = {
  WorkflowUpdateFailedError: (error) => ({ message: `Refused: ${wordsOfCause(error)}`, exit: EXIT.input }),
  WorkflowUpdateRPCTimeoutOrCancelledError: () => NO_ANSWER,
  // The client's own message for gRPC code 5.
  NamespaceNotFoundError: (error) =>
    noSuchNamespace(`Temporal has no namespace ${(error as Error & { namespace?: string }).namespace}.`),
  WorkflowFailedError: (error) => ({ message: wordsOfCause(error), exit: EXIT.failed }),
  PartMissing: (error) => ({ message: error.message, exit: EXIT.unreachable }),
  ComposeUnavailable: (error) => ({ message: error.message, exit: EXIT.input }),
  QueryNotRegisteredError: (error) => ({
    message: error.message,
    exit: EXIT.unreachable,
    next: 'The worker and this command have different versions. Update one of them.',
  }),
};

const NO_ANSWER: Explained = {
  message: 'No worker answered in time.',
  exit: EXIT.unreachable,
  next: 'Is a worker running? Start one: windlass worker',
};

const noSuchNamespace = (message: string): Explained => ({
  message,
  exit: EXIT.unreachable,
  next: 'Set TEMPORAL_NAMESPACE, or create the namespace in Temporal.',
});

/** The gRPC codes that need an explanation. */
function explainGrpc(error: Error): Explained | undefined {
  const { code, details } = grpcOf(error);
  if (code === undefined) return undefined;
  if (/search attribute/i.test(details))
    return {
      message: `The namespace lacks windlass's search attributes: ${details}`,
      exit: EXIT.unreachable,
      next: 'Register them once: windlass worker --register',
    };
  if (isNoAnswer({ code, details })) return NO_ANSWER;
  if (code === 5 && /namespace/i.test(details)) return noSuchNamespace(details);
  if (code === 14)
    return {
      message: `Cannot reach Temporal: ${details}`,
      exit: EXIT.unreachable,
      next: 'Start one with: windlass dev',
    };
  if (code === 7 || code === 16)
    return {
      message: `Temporal denied access: ${details}`,
      exit: EXIT.unreachable,
      next: 'Check TEMPORAL_API_KEY and the TEMPORAL_TLS_… variables, or at the profile (TEMPORAL_PROFILE).',
    };
  return undefined;
}

/** Nobody was there to answer, or the deadline has passed: the client gave up (4), or the server ended the call just before that (1). */
export const isNoAnswer = ({ code, details }: Grpc): boolean => code === 4 || code === 1 || /no poller/i.test(details);

interface Grpc {
  code?: number;
  details: string;
}

/** What gRPC says of a failed call, wherever in its causes that is. */
export function grpcOf(error: unknown): Grpc {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, details } = cause as { code?: unknown; details?: unknown };
    if (typeof code === 'number' && typeof details === 'string') return { code, details };
  }
  return { details: '' };
}
