import { wordsOfCause } from '../src/model/failure';
import { EXIT, type Exit } from './exit';

/** Something that a person can understand and mend; everything else that is thrown is unexpected. */
export class Told extends Error {
  override name = 'Told';
  constructor(
    /** What is wrong, and what was expected. Further lines say more. */
    message: string,
    readonly exit: Exit = EXIT.input,
    /** What to do next. */
    readonly next?: string,
  ) {
    super(message);
  }
}

export interface Explained {
  message: string;
  next?: string;
  exit: Exit;
  /** Only for what is unexpected. */
  stack?: string;
}

/** What a thrown thing says to the person at the terminal. Errors of Temporal are told by name, so that nothing is loaded. */
export function explainError(thrown: unknown): Explained {
  if (thrown instanceof Told) return thrown;
  if (!(thrown instanceof Error)) return { message: wordsOfCause(thrown), exit: EXIT.unexpected };
  const known = (BY_NAME[thrown.name] ?? BY_NAME[thrown.constructor.name])?.(thrown) ?? explainGrpc(thrown);
  if (known) return known;
  return {
    message: wordsOfCause(thrown),
    exit: EXIT.unexpected,
    stack: thrown.stack,
    next: 'This was not foreseen. WINDLASS_DEBUG=1 shows where it comes from.',
  };
}

type ByName = Record<string, (error: Error) => Explained | undefined>;
const BY_NAME: ByName = {
  WorkflowUpdateFailedError: (error) => ({ message: `Refused: ${wordsOfCause(error)}`, exit: EXIT.input }),
  WorkflowUpdateRPCTimeoutOrCancelledError: () => NO_ANSWER,
  WorkflowFailedError: (error) => ({ message: wordsOfCause(error), exit: EXIT.failed }),
  PartMissing: (error) => ({ message: error.message, exit: EXIT.unreachable }),
  ComposeUnavailable: (error) => ({ message: error.message, exit: EXIT.input }),
  QueryNotRegisteredError: (error) => ({
    message: error.message,
    exit: EXIT.unreachable,
    next: 'The worker is of another version than this command. Update one of them.',
  }),
};

const NO_ANSWER: Explained = {
  message: 'No worker answered in time.',
  exit: EXIT.unreachable,
  next: 'Look whether one runs: windlass worker',
};

/** Codes of gRPC that mean something to a person. */
function explainGrpc(error: Error): Explained | undefined {
  const { code, details } = grpcOf(error);
  if (code === undefined) return undefined;
  if (/search attribute/i.test(details))
    return {
      message: `Temporal does not know the search attributes of windlass: ${details}`,
      exit: EXIT.unreachable,
      next: 'Register them once for the namespace: windlass worker --register',
    };
  if (/no poller/i.test(details) || code === 4) return NO_ANSWER;
  if (code === 5 && /namespace/i.test(details))
    return { message: details, exit: EXIT.unreachable, next: 'Set TEMPORAL_NAMESPACE, or have the namespace made.' };
  if (code === 14)
    return {
      message: `Temporal is not reached: ${details}`,
      exit: EXIT.unreachable,
      next: 'Start one with: windlass dev',
    };
  if (code === 7 || code === 16)
    return {
      message: `Temporal does not let you in: ${details}`,
      exit: EXIT.unreachable,
      next: 'Look at TEMPORAL_API_KEY and the TEMPORAL_TLS_… variables, or at the profile (TEMPORAL_PROFILE).',
    };
  return undefined;
}

function grpcOf(error: Error): { code?: number; details: string } {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, details } = cause as { code?: unknown; details?: unknown };
    if (typeof code === 'number' && typeof details === 'string') return { code, details };
  }
  return { details: '' };
}
