import type { Readable } from 'node:stream';
import { permanent, transient } from '../errors';
import { endWith, openStream } from './dial';
import type { BuildOptions, Watch } from './engine';
import { classify, classifyText } from './errors';
import type { Host } from './host';
import { readInfo } from './info';
import { describeMessage, followProgress } from './progress';
import { ruleFor } from './rules';
import { inSession } from './session';

/** As many lines of a build's log go with its failure. */
const LAST_LINES = 30;

/**
 * Builds from a tar stream, by BuildKit where the engine has it, and returns the image's id. What the Dockerfile does
 * wrong is permanent (kind `build-failed`), what the network did is not; both carry the last 30 lines of the log.
 * The signal stops the build itself: the engine ends it when nobody listens any more.
 */
export async function buildImage(
  host: Host,
  context: Readable,
  options: BuildOptions,
  watch: Watch = {},
): Promise<string> {
  const lastLines: string[] = [];
  const doing = `build from ${options.dockerfile}`;
  const unreadable = new AbortController();
  context.once('error', (error) => unreadable.abort(error));
  const signal = AbortSignal.any([unreadable.signal, ...(watch.signal ? [watch.signal] : [])]);
  try {
    signal.throwIfAborted();
    const { buildkit } = await readInfo(host);
    const words = engineWords(options);
    return buildkit
      ? await inSession(host.docker, (session) =>
          run(host, context, { ...words, version: '2', session }, { ...watch, signal }, lastLines),
        )
      : await run(host, context, words, { ...watch, signal }, lastLines);
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, host, doing, lastLines);
  } finally {
    context.destroy();
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

async function run(host: Host, context: Readable, words: object, watch: Watch, lastLines: string[]): Promise<string> {
  const stream = await openStream(host.docker, {
    path: '/build?',
    method: 'POST',
    file: context as unknown as string,
    options: words,
    statusCodes: { 200: true },
    ...(watch.signal && { abortSignal: watch.signal }),
  });
  const release = endWith(watch.signal, stream);
  let id: string | undefined;
  const failed = await followProgress(stream, (message) => {
    // BuildKit's trace is a text; the image's id comes in an object of its own, as the classic builder's does.
    if (typeof message.aux === 'object') id = message.aux.ID ?? id;
    for (const line of describeMessage(message)) keep(line, lastLines, watch);
  }).finally(release);
  if (failed) throw new BuildError(failed);
  if (!id) throw transient({ kind: 'unreachable', host: host.name, lastLines, message: cutShort(host) });
  return id;
}

/** What the engine says in the stream of a build. */
class BuildError extends Error {}

function explain(error: unknown, host: Host, doing: string, lastLines: string[]): Error {
  const status = (error as { statusCode?: number }).statusCode;
  if (!(error instanceof BuildError) && status === undefined)
    return classify(error, { host: host.name, doing }, lastLines);
  const said = (error as Error).message.replace(/^\(HTTP code \d+\) [^-]+- /, '').trim();
  const rule = isOfAStep(said) ? undefined : ruleFor(said);
  if (rule) return classifyText(said, { host: host.name, doing }, { lastLines });
  const message = `${doing}: ${said}. Mend the Dockerfile or what it runs, commit, and release again`;
  return permanent({ kind: 'build-failed', host: host.name, message, lastLines });
}

/** The words of BuildKit (two generations) and of the classic builder for a RUN that ended with another status than 0. */
const isOfAStep = (said: string) =>
  /did not complete successfully|executor failed running|returned a non-zero code/.test(said);

function keep(line: string, lastLines: string[], watch: Watch): void {
  lastLines.push(line);
  if (lastLines.length > LAST_LINES) lastLines.shift();
  watch.onProgress?.(line);
}

const cutShort = (host: Host) =>
  `the engine of ${host.name} stopped telling how the build goes before it was done. Check that it was not restarted`;
