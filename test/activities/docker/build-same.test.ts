import { buildSame, quick } from './build-shapes';

buildSame(quick!);
