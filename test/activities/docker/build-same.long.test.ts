import { buildSame, others } from './build-shapes';

buildSame(others!);
