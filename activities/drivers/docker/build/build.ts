import type { Readable } from 'node:stream';
import { permanent, transient } from '../../errors';
import { endWith, openStream } from '../dial';
import type { BuildContext } from './context';
import type { BuildOptions, Watch } from '../engine';
import { classify, classifyText } from '../errors';
import type { Host } from '../host';
import { readInfo } from '../info';
import { describeMessage, followProgress } from './progress';
import { ruleFor } from '../../failures';
import { inSession } from './session';

/** The number of log lines kept with a build's failure. */
const LAST_LINES = 30;

/**
 * Builds from a context, with BuildKit where the engine has it, and returns the image's id. A
 * Dockerfile's fault is permanent (kind `build-failed`), a network's is not; both carry the last 30
 * log lines. The signal stops the build, because the engine ends it when nobody listens.
 */
export async function buildImage(
  host: Host,
  context: BuildContext,
  options: BuildOptions,
  watch: Watch = {},
): Promise<string> {
  const lastLines: string[] = [];
  const doing = `build from ${options.dockerfile}`;
  const { signal } = watch;
  try {
    signal?.throwIfAborted();
    const { buildkit } = await readInfo(host);
    const words = engineWords(options);
    return buildkit
      ? await inSession(host.docker, context, (session) =>
          run(host, { ...words, version: '2', session, remote: 'client-session' }, watch, lastLines),
        )
      : await runTar(host, context.tar(true), words, watch, lastLines);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error, host, doing, lastLines);
  }
}

async function runTar(host: Host, tar: Readable, words: object, watch: Watch, lastLines: string[]): Promise<string> {
  const unreadable = new AbortController();
  tar.once('error', (error) => unreadable.abort(error));
  const signal = AbortSignal.any([unreadable.signal, ...(watch.signal ? [watch.signal] : [])]);
  try {
    return await run(host, words, { ...watch, signal }, lastLines, tar);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    tar.destroy();
  }
}

function engineWords(options: BuildOptions): Record<string, unknown> {
  return {
    dockerfile: options.dockerfile,
    buildargs: options.args,
    labels: options.labels,
    rm: true,
    forcerm: true,
    ...(options.target && { target: options.target }),
    ...(options.platform && { platform: options.platform }),
    ...(options.networkMode && { networkmode: options.networkMode }),
    ...(options.extraHosts && { extrahosts: options.extraHosts }),
  };
}

async function run(host: Host, words: object, watch: Watch, lastLines: string[], tar?: Readable): Promise<string> {
  const stream = await openStream(host.docker, {
    path: '/build?',
    method: 'POST',
    // The engine is silent until it has read the body, so an empty one must be omitted.
    ...(tar ? { file: tar as unknown as string, options: words } : { options: { _query: words, _body: {} } }),
    statusCodes: { 200: true },
    ...(watch.signal && { abortSignal: watch.signal }),
  });
  const release = endWith(watch.signal, stream);
  let id: string | undefined;
  const failed = await followProgress(stream, (message) => {
    // BuildKit's trace is a string; the image's id comes in an object, as the classic builder's
    // does.
    if (typeof message.aux === 'object') id = message.aux.ID ?? id;
    for (const line of describeMessage(message)) keep(line, lastLines, watch);
  }).finally(release);
  if (failed) throw new BuildError(failed);
  if (!id) throw transient({ kind: 'unreachable', host: host.name, lastLines, message: cutShort(host) });
  return id;
}

class BuildError extends Error {}

function explain(error: unknown, host: Host, doing: string, lastLines: string[]): Error {
  const status = (error as { statusCode?: number }).statusCode;
  if (!(error instanceof BuildError) && status === undefined)
    return classify(error, { host: host.name, doing }, lastLines);
  const said = (error as Error).message.replace(/^\(HTTP code \d+\) [^-]+- /, '').trim();
  const rule = isOfAStep(said) ? undefined : ruleFor('engine', said);
  if (rule) return classifyText(said, { host: host.name, doing }, { lastLines });
  const message = `${doing}: ${said}. Fix the Dockerfile or what it runs, commit, and release again`;
  return permanent({ kind: 'build-failed', host: host.name, message, lastLines });
}

const isOfAStep = (said: string) =>
  /did not complete successfully|executor failed running|returned a non-zero code/.test(said);

function keep(line: string, lastLines: string[], watch: Watch): void {
  lastLines.push(line);
  if (lastLines.length > LAST_LINES) lastLines.shift();
  watch.onProgress?.(line);
}

const cutShort = (host: Host) =>
  `the engine of ${host.name} broke off during the build. Check that it was not restarted`;
