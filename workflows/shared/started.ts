import { ApplicationFailure, type RawValue } from '@temporalio/common';
import type { Reader } from '../../src/model/text/read';
import { AS_ARRIVED, readRaw } from './hear';

/**
 * A workflow whose input is read before it begins: what cannot be decoded or read fails it at once. Otherwise its first task would
 * fail again and again, and its id would be taken for ever.
 */
export function started<Input, Result>(
  name: string,
  reader: Reader<Input>,
  run: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  const workflow = async (raw?: RawValue): Promise<Result> => {
    const reading = readRaw(reader, raw);
    if ('value' in reading) return await run(reading.value);
    throw ApplicationFailure.nonRetryable(
      `this ${name} was started with something else: ${reading.refused}`,
      'Refused',
    );
  };
  return Object.assign(workflow as unknown as (input: Input) => Promise<Result>, { staticOptions: AS_ARRIVED });
}
