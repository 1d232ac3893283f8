import { describeFailure, type Failure } from '../../src/model/failure';
import type { Line } from './terminal/line';

/** A failure's sentence, followed by every kept line of its output: the first often has the cause. */
export function failureLines(failure: Failure, depth: number): Line[] {
  const [first = '', ...more] = describeFailure(failure).split('\n');
  const said = failure.lastLines ?? [];
  return [
    { depth, text: first, tone: 'bad' },
    ...more.map((text): Line => ({ depth, text, tone: 'bad' })),
    ...said.map((text): Line => ({ depth, text: `│ ${text}`, tone: 'quiet' })),
  ];
}
