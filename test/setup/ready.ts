import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Compiles and bundles what has changed since, so that `npx jest FILE` never tests an old program. */
export default function ready(): void {
  execFileSync(process.execPath, [join(__dirname, '../../parts/ready.mjs')], { stdio: 'inherit' });
}
