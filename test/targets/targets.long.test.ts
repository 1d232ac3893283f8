import { describeWith } from '../setup/parts';
import { BEDS } from './beds';
import { contract } from './contract';

/** A part of their own takes its time; that such a kind is released to is shown by its file in test/e2e. */
for (const [kind, { open, needs }] of Object.entries(BEDS))
  if (needs) describeWith(['engine', 'registry', 'images', ...needs], `a target of kind ${kind}`, () => contract(open));
