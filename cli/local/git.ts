import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The output of git in a folder; undefined when git fails or is not installed. */
export async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', args, { cwd: folder });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Why git refuses a folder as a repository, in git's words; undefined where it accepts it or there is none. */
export async function whyNoRepository(folder: string): Promise<string | undefined> {
  try {
    await run('git', ['rev-parse', '--git-dir'], { cwd: folder, env: { ...process.env, LC_ALL: 'C' } });
    return undefined;
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: unknown };
    if (code === 'ENOENT') return 'the folder does not exist, or git is not installed';
    const said = stderr.trim().replace(/^(fatal|error): /gm, '');
    return said.startsWith('not a git repository') ? undefined : said;
  }
}
