/** What of jest's results is read. */
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { testFilePath: string; testExecError?: unknown; testResults: { fullName: string; status: string }[] }[];
}
export function summarise(results: Results, failedChecks?: string): string[];
