import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessId } from './processes';

/** The helper that the engine starts for each container. */
const HELPER = 'containerd-shim';

/** The helpers of containers whose command line names this folder of one run, and the containers' own processes. */
export function processesOf(folder: string): ProcessId[] {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  const helpers = pids.filter((pid) => {
    const [program = '', ...args] = commandLine(pid);
    return program.includes(HELPER) && args.some((arg) => arg.startsWith(`${folder}/`));
  });
  const inside = pids.filter((pid) => helpers.includes(parentOf(pid)));
  return [...helpers, ...inside].flatMap((pid) => identify(pid) ?? []);
}

/** The processes that a process has started, and those that they have. */
export function descendantsOf(pid: number): ProcessId[] {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  const children = pids.filter((one) => parentOf(one) === pid);
  return children.flatMap((child) => [...descendantsOf(child), ...[identify(child) ?? []].flat()]);
}

const commandLine = (pid: number) => readOrNothing(`/proc/${pid}/cmdline`).split('\0');

/** proc(5): field 4, counted after the name, which may hold anything. */
function parentOf(pid: number): number {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** A process may end while it is looked at. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
