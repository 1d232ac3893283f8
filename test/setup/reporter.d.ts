/** What of jest's results is read. */
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    testFilePath: string;
    testExecError?: unknown;
    perfStats?: { start: number; end: number };
    testResults: { fullName: string; status: string; failureMessages?: string[] }[];
  }[];
}
export interface Summary {
  passed: number;
  failed: number;
  broken: string[];
  failedFiles: string[];
  failures: string[];
  skipped: { fullName: string; status: string }[];
  seconds: Record<string, number>;
}
export function summarise(results: Results): Summary;
export function describeRun(summary?: Summary, failedChecks?: string[], options?: { slowest?: boolean }): string[];
