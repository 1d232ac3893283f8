import { readFile } from 'node:fs/promises';
import type { Finding } from '../../src/model/text/path';
import { describeProblem, type Problem } from '../../src/model/text/problem';
import { type ParsedPolicy, parsePolicy } from '../../src/policy/parse';
import type { Policy } from '../../src/policy/schema';
import { permanent } from '../drivers/errors';

/** The policy as its file says it now, and how to point into the file. */
export interface PolicyInForce {
  policy: Policy;
  point(finding: Finding): Problem;
}

/** The setting of the worker that names the file. */
const SETTING = 'WINDLASS_POLICY';

type Env = Record<string, string | undefined>;

/** Is a policy set? */
export const hasPolicy = (env: Env = process.env): boolean => Boolean(env[SETTING]);

/**
 * The installation's policy, read now, so that a change needs no restart of the worker. Undefined where none is set. Permanent
 * failure (kind `bad-policy`) with all that is wrong when it cannot be read: without the policy that is meant, nothing is allowed.
 */
export async function readPolicy(env: Env = process.env): Promise<PolicyInForce | undefined> {
  const file = env[SETTING];
  if (file === undefined || file === '') return undefined;
  const { policy, problems, point } = parsed(file, await readText(file));
  if (policy) return { policy, point };
  throw badPolicy(problems.map(describeProblem).join('\n'));
}

let last: { file: string; text: string; parsed: ParsedPolicy } | undefined;

function parsed(file: string, text: string): ParsedPolicy {
  if (last?.file !== file || last.text !== text) last = { file, text, parsed: parsePolicy(file, text) };
  return last.parsed;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw badPolicy(`${file}: cannot be read by the worker (${code}). Expected the file that ${SETTING} names`);
  }
}

const badPolicy = (message: string) =>
  permanent({ kind: 'bad-policy', message: `the policy of the worker is wrong, so nothing is allowed\n${message}` });
