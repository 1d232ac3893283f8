import { MockActivityEnvironment } from '@temporalio/testing';
import { copyFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readComposeFiles } from '../../../activities/drivers/compose';
import type { ComposeUnavailable } from '../../../activities/drivers/compose/errors';
import { transient } from '../../../activities/drivers/errors';
import { FAILURES } from '../../../activities/drivers/failures';
import { checkOutCommit } from '../../../activities/drivers/git';
import type { GitFailure } from '../../../activities/drivers/git/errors';
import { findProgram } from '../../../activities/drivers/programs/program';
import { withHeartbeat } from '../../../activities/heartbeat';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder } from '../fixtures';
import { folderWith } from '../source/fixture';

const TYPE = 'application/x-git-upload-pack-advertisement';

describe('what git says of a server', () => {
  const cache = folderWith({});
  const fetchFrom = async (status: number, body = '') => {
    const server = createServer((_, res) => res.writeHead(status, { 'content-type': TYPE }).end(body)).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git`;
    try {
      await checkOutCommit({ url, commit: 'a'.repeat(40) }, cache);
      throw new Error('it did not fail');
    } catch (error) {
      const { failure, retry } = error as GitFailure;
      return { retry, kind: failure.kind, unknown: failure.unknown };
    } finally {
      server.close();
    }
  };

  test.each([
    [401, false, 'unauthorised'],
    [403, false, 'unauthorised'],
    [404, false, 'no-such-repository'],
    [429, true, 'git'],
    [500, true, 'git'],
    [503, true, 'git'],
  ])('that answers %i: tried again %s, %s', async (status, retry, kind) => {
    expect(await fetchFrom(status)).toEqual({ retry, kind, unknown: undefined });
  });

  test('in words that no rule knows', async () => {
    expect(await fetchFrom(200, 'hello')).toEqual({ retry: true, kind: 'git', unknown: true });
  });
});

describeWith(['compose'], 'what compose says', () => {
  const dir = makeFolder({ 'docker-compose.yml': 'services: { web: { image: shop } }', 'bad.yml': 'services: [' });
  const read = (command: string[], files = ['docker-compose.yml']) =>
    readComposeFiles({ command, dir, project: 'shop', files, variables: {} });
  const compose = () => parts().compose.command;
  /** The same program, after a shell has set something: where what is confined may read it. */
  const after = (words: string) => {
    const [program = '', ...first] = compose();
    copyFileSync(findProgram(program)!, join(dir, 'compose'));
    return ['sh', '-c', `${words}; exec "$@"`, 'sh', join(dir, 'compose'), ...first];
  };

  test.each<[string, () => string[], boolean, string, RegExp]>([
    [
      'of a program that is not there',
      () => ['/nowhere/compose'],
      false,
      'no-compose',
      /^cannot find \/nowhere\/compose\. Install/,
    ],
    [
      'of a flag that is too new',
      () => [...compose(), '--as-of-2099'],
      false,
      'old-compose',
      /Expected Docker Compose 2\.33 or newer/,
    ],
    [
      'without memory',
      () => after('ulimit -v 300000'),
      false,
      'too-much',
      /fatal error: .*memory.* Look for aliases within aliases$/,
    ],
    ['when it is killed', () => ['sh', '-c', 'kill -KILL $$'], true, 'compose', /was stopped by SIGKILL\. If it lasts/],
  ])('%s', async (_, command, retry, kind, message) => {
    const failed = await read(command()).catch((error: unknown) => error as ComposeUnavailable);
    expect(failed).toMatchObject({ retry, failure: { kind, message: expect.stringMatching(message) } });
    expect((failed as ComposeUnavailable).failure.unknown).toBe(kind === 'compose' ? true : undefined);
  });

  test('of the files is a problem of the files', async () => {
    expect((await read(compose(), ['bad.yml'])).problems).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^docker compose says: /) }),
    ]);
  });
});

describe('what no rule knows', () => {
  const attempt = (unknown: boolean, sinceMs: number, scheduleToCloseTimeoutMs: number) =>
    failureOf(
      new MockActivityEnvironment({
        scheduleToCloseTimeoutMs,
        scheduledTimestampMs: Date.now() - sinceMs,
        heartbeatTimeoutMs: 500_000,
      }).run(
        withHeartbeat(() =>
          Promise.reject(transient({ kind: 'engine-error', message: 'odd', ...(unknown && { unknown: true }) })),
        ),
        undefined,
      ),
    );

  test.each([
    ['is tried again at first', true, 1_000, 7_200_000, 'Transient'],
    ['is not tried for long', true, 130_000, 7_200_000, 'Permanent'],
    ['is tried for as long as it takes where it must be done', true, 130_000, 0, 'Transient'],
    ['is another thing than what passes', false, 130_000, 7_200_000, 'Transient'],
  ])('%s', async (_, unknown, since, end, type) => {
    expect(await attempt(unknown, since, end)).toMatchObject({ type, kind: 'engine-error' });
  });
});

test('a rule says what to do next, and names its kind for programs', () => {
  for (const { kind, next } of Object.values(FAILURES).flat()) {
    expect(kind).toMatch(/^[a-z-]+$/);
    expect(next.length).toBeGreaterThan(10);
  }
});
