import { main } from '../../cli/main';

/** What a command line prints and ends with, run in this process: a start of the program costs more than all that it does. */
export async function runInProcess(args: string[]): Promise<{ status: unknown; out: string; err: string }> {
  const said = { out: '', err: '' };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((said.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said.err += String(text)))),
  ];
  const before = process.exitCode;
  try {
    process.exitCode = undefined;
    await main(args);
    return { status: process.exitCode, ...said };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
