import { describeWith } from '../setup/parts';
import { BEDS } from './beds';
import { contract } from './contract';

for (const [kind, { open, needs = [] }] of Object.entries(BEDS))
  describeWith(['engine', 'registry', 'images', ...needs], `a target of kind ${kind}`, () => contract(open));
