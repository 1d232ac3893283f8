import { DefaultFailureConverter } from '@temporalio/common';

/** Set before this is loaded where payloads are encrypted: in the worker's own process, and in front of the workflows' code. */
export const SEALS = 'windlassSealsFailures';

/** Messages of failures hold what programs say. They are no payload, and so not encrypted, unless they are made a part of one. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: SEALS in globalThis });
