import {
  ApplicationFailure,
  defaultPayloadConverter,
  type RawValue,
  rawValueTypeInfo,
  type SignalDefinition,
  type TypeInfo,
  type UpdateDefinition,
} from '@temporalio/common';
import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { MESSAGES, type MessageName, type Messages } from '../../src/model/messages';
import { read, type Reader, type Reading } from '../../src/model/text/read';
import { showNotice } from './show';

/**
 * Receives a workflow's messages as raw payloads and decodes them here, because an undecodable one
 * would fail the workflow task again and again.
 */

/** Handles a signal. An unreadable one becomes a notice where its sender looks. */
export function onSignal<Name extends MessageName>(
  definition: SignalDefinition<[Messages[Name]], Name>,
  handle: (message: Messages[Name]) => void | Promise<void>,
): void {
  setHandler(defineSignal<Raw>(definition.name, AS_ARRIVED), (raw) => {
    const reading = readMessage(definition.name, raw);
    if ('value' in reading) return handle(reading.value);
    showNotice(`signal ${definition.name} was ignored: ${reading.refused}`);
  });
}

/** Handles an update. `refuse` returns why it does not count; an unreadable one is refused. */
export function onUpdate<Name extends MessageName>(
  definition: UpdateDefinition<string, [Messages[Name]], Name>,
  refuse: (message: Messages[Name]) => string | undefined,
  handle: (message: Messages[Name]) => string | Promise<string>,
): void {
  const readOrRefuse = (raw: RawValue | undefined) => {
    const reading = readMessage(definition.name, raw);
    if ('refused' in reading) throw refused(reading.refused);
    return reading.value;
  };
  setHandler(defineUpdate<string, Raw>(definition.name, AS_ARRIVED), (raw) => handle(readOrRefuse(raw)), {
    validator: (raw) => {
      const refusal = refuse(readOrRefuse(raw));
      if (refusal !== undefined) throw refused(refusal);
    },
  });
}

/** Passes any number of payloads on undecoded. */
export const AS_ARRIVED = { typeInfo: { inputTypes: new Proxy<TypeInfo[]>([], { get: () => rawValueTypeInfo }) } };
type Raw = [RawValue | undefined];

const readMessage = <Name extends MessageName>(message: Name, raw: RawValue | undefined): Reading<Messages[Name]> =>
  readRaw(MESSAGES[message], raw);

/** Decodes and reads a payload; says what is wrong with it where it cannot. */
export function readRaw<T>(reader: Reader<T>, raw: RawValue | undefined): Reading<T> {
  try {
    const value: unknown = raw && defaultPayloadConverter.fromPayload(raw.payload);
    return read(reader, value);
  } catch {
    return { refused: 'the message: cannot be decoded. Expected JSON (json/plain)' };
  }
}

const refused = (message: string) => ApplicationFailure.nonRetryable(message, 'Refused');
