import { describeFailure, type Failure } from '../../src/model/failure';
import type { Line } from './line';

/** How many lines of a container's or build's log are shown. */
const LAST_LINES = 12;

/** A failure: its sentence, then the last words of what failed. */
export function failureLines(failure: Failure, depth: number): Line[] {
  const [first = '', ...more] = describeFailure(failure).split('\n');
  const said = (failure.lastLines ?? []).slice(-LAST_LINES);
  return [
    { depth, text: first, tone: 'bad' },
    ...more.map((text): Line => ({ depth, text, tone: 'bad' })),
    ...said.map((text): Line => ({ depth, text: `│ ${text}`, tone: 'quiet' })),
  ];
}
