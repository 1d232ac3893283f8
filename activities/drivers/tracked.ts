import { runProgram } from './program';

/** The files below a folder that git tracks, relative to it; undefined where there is no git or no repository. */
export async function listTracked(dir: string): Promise<Set<string> | undefined> {
  const { status, stdout } = await runProgram('git', ['ls-files', '-z', '--cached'], { cwd: dir, env: process.env });
  return status === 0 ? new Set(stdout.split('\0').filter(Boolean)) : undefined;
}
