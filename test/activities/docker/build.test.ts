import { request } from 'node:http';
import { pipeline } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describeWith, parts } from '../../setup/parts';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { type ContextEntry, openContext } from '../../../activities/drivers/docker/build/context';
import type { Engine } from '../../../activities/drivers/docker/engine';
import { serve } from '../records/registry-fixtures';
import { build, failureOf, makeFolder, sharedEngine, until, watchProcesses } from '../fixtures';

describeWith(['engine', 'images'], 'builds', () => {
  const engine = sharedEngine();
  const base = () => parts().images.base.name;

  test('arguments, labels and target, and layers that are found again', async () => {
    const folder = makeFolder({
      'deploy/app.Dockerfile': `FROM ${base()} AS first\nARG WHO=nobody\nCOPY . /app\nRUN echo "for $WHO" > /who\nFROM first AS second\nRUN false`,
      'greeting.txt': 'hello',
    });
    const options = { dockerfile: 'deploy/app.Dockerfile', args: { WHO: 'you' }, labels: { a: 'b' }, target: 'first' };
    const lines: string[] = [];
    const id = await build(engine, folder, options, { onProgress: (line) => lines.push(line) });
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(lines.join('\n')).toMatch(/RUN echo/);
    expect(await build(engine, folder, options)).toBe(id);
    expect(await engine.imageId(id)).toBe(id);
    await engine.removeImage(id);
    await engine.removeImage(id);
    expect(await engine.imageId(id)).toBeUndefined();
  });

  test('a context that takes longer to send than BuildKit waits before it looks whether the session lives', async () => {
    const folder = makeFolder({ Dockerfile: `FROM ${base()}\nCOPY . /app\nRUN grep -q late /app/late`, late: 'late' });
    const context = await openContext(folder, { dockerfile: 'Dockerfile', mtime: new Date(0) });
    const slow = (entry: ContextEntry): ContextEntry => ({
      ...entry,
      async *read() {
        await pause(3_000);
        yield* entry.read();
      },
    });
    const options = { dockerfile: 'Dockerfile', args: {}, labels: {} };
    const id = await engine.buildImage({ ...context, entries: context.entries.map(slow) }, options);
    await engine.removeImage(id);
  });

  test('a command that fails: for good, with the end of the log', async () => {
    const script =
      'i=0; while [ $i -lt 100 ]; do echo "step $i"; i=$((i+1)); done; echo "connection refused" >&2; exit 4';
    const failure = await failureOf(build(engine, makeFolder({ Dockerfile: `FROM ${base()}\nRUN ${script}` })));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'build-failed', host: 'local' });
    expect(failure.message).toMatch(/^build from Dockerfile: .*exit code: 4\. Fix the Dockerfile/);
    expect(failure.lastLines!.length).toBeLessThanOrEqual(30);
    expect(failure.lastLines!.join('\n')).toMatch(/step 99\n[^]*connection refused/);
  });

  test.each([
    ['no Dockerfile', { other: '' }, /Dockerfile/],
    ['a Dockerfile that cannot be read', { Dockerfile: 'FRM scratch' }, /FRM|unknown instruction/i],
    ['a file that is not there', { Dockerfile: 'FROM scratch\nCOPY none /' }, /none/],
  ])('%s', async (_, files, says) => {
    const failure = await failureOf(build(engine, makeFolder(files as unknown as Record<string, string>)));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'build-failed' });
    expect(failure.message).toMatch(says);
  });

  describe('on an engine without BuildKit, by TCP', () => {
    const older = async (action: (engine: Engine) => Promise<void>) => {
      const door = await serve((req, res) => {
        if (req.url!.endsWith('/version')) return void res.end(JSON.stringify({ ApiVersion: '1.38', Os: 'linux' }));
        const socketPath = parts().engine.host.replace('unix://', '');
        const onward = request({ socketPath, method: req.method, path: req.url, headers: req.headers }, (answer) => {
          res.writeHead(answer.statusCode!, answer.headers);
          // What breaks off there, breaks off here.
          pipeline(answer, res, () => {});
        });
        onward.on('error', () => res.destroy());
        res.on('close', () => onward.destroy());
        req.pipe(onward);
      });
      try {
        await action(connectEngine({ name: 'old', address: `tcp://${door.address}` }, { dockerHost: '' }));
      } finally {
        door.close();
      }
    };

    test('the classic builder', () =>
      older(async (old) => {
        expect(await old.info()).toMatchObject({ buildkit: false });
        const good = makeFolder({ Dockerfile: `FROM ${base()}\nARG A\nLABEL a=$A\nRUN echo "said $A"` });
        const lines: string[] = [];
        const id = await build(old, good, { args: { A: 'b' } }, { onProgress: (line) => lines.push(line) });
        expect(await engine.imageId(id)).toBe(id);
        expect(lines).toContain('said b');
        await engine.removeImage(id);
        const bad = await failureOf(build(old, makeFolder({ Dockerfile: `FROM ${base()}\nRUN echo why; exit 3` })));
        expect(bad).toMatchObject({
          type: 'Permanent',
          kind: 'build-failed',
          host: 'old',
          lastLines: expect.arrayContaining(['why']),
        });
        expect(bad.message).toMatch(/returned a non-zero code: 3\. Fix/);
        const unreadable = await failureOf(build(old, makeFolder({ Dockerfile: 'FRM scratch' })));
        expect(unreadable).toMatchObject({ type: 'Permanent', kind: 'build-failed' });
      }));

    test('an engine that goes away in between is tried again', async () => {
      const door = await serve((req, res) => {
        if (req.url!.endsWith('/version')) return void res.end(JSON.stringify({ ApiVersion: '1.38', Os: 'linux' }));
        if (req.url!.endsWith('/info')) return void res.end('{"Name":"x"}');
        res.write('{"stream":"Step 1/2"}\n{"str');
        // what is sent still would make it a reset, with which what was said is lost
        req.resume().on('end', () => setTimeout(() => res.destroy(), 200));
        return undefined;
      });
      const dying = connectEngine({ name: 'dying', address: `tcp://${door.address}` }, { dockerHost: '' });
      const failure = await failureOf(build(dying, makeFolder({ Dockerfile: '' })));
      expect(failure).toMatchObject({ type: 'Transient', kind: 'unreachable', host: 'dying', lastLines: ['Step 1/2'] });
      door.close();
    });
  });

  test('stopping it stops the engine', async () => {
    const { long, sleepsFor, stop } = await watchProcesses(engine);
    const seconds = long();
    const folder = makeFolder({ Dockerfile: `FROM ${base()}\nRUN sleep ${seconds}` });
    const control = new AbortController();
    const built = build(engine, folder, {}, { signal: control.signal });
    const ended = built.catch((error: Error) => error.message);
    await until(() => sleepsFor(seconds));
    control.abort(new Error('enough'));
    expect(await ended).toBe('enough');
    await until(async () => !(await sleepsFor(seconds)));
    await stop();
  });
});
