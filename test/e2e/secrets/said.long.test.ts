import { PARTS, programsSay } from './saying';

programsSay(PARTS.slice(0, -1));
