import { gitEnvironment } from '../programs/child-environment';
import { runProgram } from '../programs/program';

/** The files git tracks in the repository, relative to this folder, as `../lib/a.ts`; undefined without git or a repository. */
export async function listTracked(dir: string): Promise<Set<string> | undefined> {
  const { status, stdout } = await runProgram('git', ['ls-files', '-z', '--cached', '--', ':/'], {
    cwd: dir,
    env: gitEnvironment(),
  });
  return status === 0 ? new Set(stdout.split('\0').filter(Boolean)) : undefined;
}

/** The folder's path in its repository: `apps/shop`; undefined for the root, or without a repository. */
export async function folderOf(dir: string): Promise<string | undefined> {
  const { status, stdout } = await runProgram('git', ['rev-parse', '--show-prefix'], { cwd: dir, env: process.env });
  return status === 0 ? stdout.trim().replace(/\/$/, '') || undefined : undefined;
}
