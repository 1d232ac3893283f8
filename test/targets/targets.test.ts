import { describeWith } from '../setup/parts';
import { BEDS } from './beds';
import { contract } from './contract';

/** Those that every run has; targets.long.test.ts has the kinds that need a part of their own. */
for (const [kind, { open, needs }] of Object.entries(BEDS))
  if (!needs) describeWith(['engine', 'registry', 'images'], `a target of kind ${kind}`, () => contract(open));
