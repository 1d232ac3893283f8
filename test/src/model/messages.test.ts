import fc from 'fast-check';
import { type MessageName, MESSAGES } from '../../../src/model/messages';
import { read } from '../../../src/model/text/read';
import { goodMessages, hostile } from './messages';

const NAMES = Object.keys(MESSAGES) as MessageName[];
const refusal = (name: MessageName, value: unknown) => {
  const reading = read<unknown>(MESSAGES[name], value);
  return 'refused' in reading ? reading.refused : undefined;
};

test.each(NAMES)('%s is read as it was sent', (name) => {
  for (const message of goodMessages[name]) expect(read<unknown>(MESSAGES[name], message)).toEqual({ value: message });
});

test.each<[MessageName, unknown, string]>([
  ['decision', undefined, 'the message: is missing. Expected an object'],
  ['decision', null, 'the message: is null. Expected an object'],
  ['decision', [1], 'the message: is a list. Expected an object'],
  ['decision', new Uint8Array(2), 'the message: is bytes. Expected an object'],
  ['decision', { decision: 'Approve' }, 'decision: is "Approve". Expected "approve" or "reject"'],
  ['decision', { decision: 'approve', by: ['ana'] }, 'by: is a list. Expected a text'],
  ['withdrawRollout', { reason: 'x' }, 'id: is missing. Expected a name of 1 to 300 characters'],
  ['withdrawRollout', { id: '' }, 'id: is "". Expected a name of 1 to 300 characters'],
  [
    'withdrawRollout',
    { id: 'x'.repeat(301) },
    'id: is a string of 301 characters. Expected a name of 1 to 300 characters',
  ],
  ['withdrawRollout', { id: 'half \ud800' }, 'id: is "half \\ud800". Expected a name of 1 to 300 characters'],
  ['hold', { held: 1 }, 'held: is 1. Expected true or false'],
  [
    'hostExcluded',
    { request: 'r', excluded: { host: 'one', by: 'ops', reason: '', at: 'yesterday' } },
    'excluded.at: is "yesterday". Expected a time such as 2030-01-31T12:00:00Z',
  ],
  [
    'requestRollout',
    { ...goodMessages.requestRollout[0], requester: '' },
    'requester: is "". Expected a name of 1 to 300 characters',
  ],
  [
    'requestRollout',
    {
      ...goodMessages.requestRollout[0],
      approved: { hash: 'a', before: Array(100).fill('x'.repeat(6_000)), changes: [] },
    },
    'the message: is a string of 600940 characters. Expected at most 500000 characters',
  ],
  [
    'rolloutNews',
    { request: 'r', state: 'over' },
    'state: is "over". Expected "queued" or "started" or "asking" or "ended"',
  ],
])('%s refuses what is wrong (%#)', (name, value, sentence) => expect(refusal(name, value)).toBe(sentence));

test('what nobody knows of is left out, and nothing is inherited', () => {
  const polluting = JSON.parse('{"held":true,"why":"","__proto__":{"isAdmin":true},"constructor":1}') as unknown;
  const reading = read(MESSAGES.hold, polluting) as { value: object };
  expect(Object.getPrototypeOf(reading.value)).toBe(Object.prototype);
  expect(Object.keys(reading.value)).toEqual(['held', 'why']);
  expect(refusal('hold', Object.create({ held: true }))).toBe('held: is missing. Expected true or false');
});

test('whatever is sent, it is read or refused in one short sentence, and read again it is the same', () => {
  const law = fc.property(fc.constantFrom(...NAMES), hostile, (name, value) => {
    const first = read<unknown>(MESSAGES[name], value);
    if ('refused' in first) expect(first.refused).toMatch(/^.{1,500}: is .{1,200}\. Expected .{1,200}$/u);
    else expect(read<unknown>(MESSAGES[name], JSON.parse(JSON.stringify(first.value)))).toEqual(first);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
  fc.assert(law, { numRuns: 3_000 });
});
