import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';

const { PollActivityTaskQueueResponse, PollWorkflowTaskQueueResponse, RespondWorkflowTaskCompletedRequest } =
  temporal.api.workflowservice.v1;

/** The boundaries of an activity, in the order in which it comes to them. */
export const POINTS = ['scheduled', 'started', 'effect done', 'completed'] as const;
export type Point = (typeof POINTS)[number];

/** The first activity of this name and workflow that comes to this point. */
export interface Boundary {
  workflowId: string;
  operation: string;
  point: Point;
  /** Only once an activity of this name has failed. */
  afterFailed?: string;
}

/** A boundary was reached. */
export interface Met {
  /** The host that the activity works on, when it works on one. */
  host?: string;
  /** Releases what was held. */
  letGo(): void;
}

interface Armed extends Boundary {
  reached(met: Met): void;
}

/**
 * A proxy between workers and the Temporal server that passes on every call and sees each boundary of each activity:
 * it can hold scheduled tasks back from workers, and results back from the server, until they are released.
 * Windlass knows nothing of it.
 */
export class Wire {
  private readonly server = http2.createServer();
  private upstream?: http2.ClientHttp2Session;
  private armed?: Armed;
  /** By task token: the activities that workers were given. */
  private readonly given = new Map<string, { operation: string; workflowId: string; host?: string }>();
  private failed = new Set<string>();
  /** Polls that wait, while what is scheduled is kept from workers. */
  private held?: (() => void)[];
  /** The workflow whose next news of a child are lost. */
  private deaf?: { workflowId: string; lost: () => void };
  private readonly polls = new Map<http2.ClientHttp2Stream, string>();
  /** As a person who does not wait for a quarter of an hour: an activity is given up after so long, with all its attempts. */
  patienceMs?: number;

  private constructor(private readonly to: string) {
    this.server.on('stream', (down, headers) => void this.handOn(down, headers));
    this.server.on('session', (session) => session.on('error', () => undefined));
  }

  static async open(to: string): Promise<Wire> {
    const wire = new Wire(to);
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Waits for a boundary; at a time only one is waited for, and `forget` ends that. */
  meet(boundary: Boundary): Promise<Met> {
    this.failed = new Set();
    return new Promise((resolve) => {
      this.armed = { ...boundary, reached: (met) => resolve(met) };
    });
  }

  /**
   * What tells this workflow that a child of it has started reaches nobody, as if the worker had died with it: until the server notices,
   * the child continues, and its parent knows nothing.
   */
  loseNewsOfChild(workflowId: string): Promise<void> {
    return new Promise((lost) => (this.deaf = { workflowId, lost }));
  }

  /** Ends all pending polls, like a network that notices a lost peer. */
  endPolls(of?: string): void {
    for (const [poll, method] of this.polls)
      if (of === undefined || of === method) poll.close(http2.constants.NGHTTP2_CANCEL);
  }

  forget(): void {
    this.armed = undefined;
    this.goOn();
  }

  close(): void {
    this.upstream?.destroy();
    this.server.close();
  }

  private async handOn(down: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Promise<void> {
    const method = String(headers[':path']).split('/').pop() ?? '';
    down.on('error', () => undefined);
    try {
      const sent = await collect(down);
      const pass = await this.before(method, sent, String(headers['grpc-encoding'] ?? ''));
      if (down.destroyed) return;
      const answer = this.lose(method, await this.askAgain(method, down, headers, pass.body));
      this.after(method, answer);
      pass.done?.();
      if (!down.destroyed) reply(down, answer);
    } catch {
      // Like a missing server.
      if (!down.destroyed)
        reply(down, { headers: { 'grpc-status': '14', 'grpc-message': 'unavailable' }, body: Buffer.alloc(0) });
    }
  }

  /** What is to be sent on, once it may be. */
  private async before(method: string, sent: Buffer, encoding: string): Promise<{ body: Buffer; done?: () => void }> {
    if (method === 'PollActivityTaskQueue' && this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
    if (method === 'RespondWorkflowTaskCompleted') return await this.beforeScheduling(sent, encoding);
    if (method !== 'RespondActivityTaskCompleted' && method !== 'RespondActivityTaskFailed') return { body: sent };
    const activity = this.find(message(sent, encoding));
    if (activity && method === 'RespondActivityTaskFailed') this.failed.add(activity.operation);
    if (!activity) return { body: sent };
    if (this.isAt(activity, 'effect done'))
      await new Promise<void>((resolve) => this.reach({ host: activity.host, letGo: resolve }));
    return {
      body: sent,
      done: () => this.isAt(activity, 'completed') && this.reach({ host: activity.host, letGo: () => undefined }),
    };
  }

  private async beforeScheduling(sent: Buffer, encoding: string): Promise<{ body: Buffer; done?: () => void }> {
    const request = RespondWorkflowTaskCompletedRequest.decode(message(sent, encoding));
    const wanted = request.commands.flatMap(({ scheduleActivityTaskCommandAttributes: one }) => (one ? [one] : []));
    const token = Buffer.from(request.taskToken).toString('latin1');
    const { armed, patienceMs } = this;
    const found =
      armed && token.includes(armed.workflowId)
        ? wanted.find((one) =>
            this.isAt({ operation: one.activityType?.name ?? '', workflowId: armed.workflowId }, 'scheduled'),
          )
        : undefined;
    for (const one of wanted) {
      // Nobody is given it with the answer, past the boundaries: who wants it polls.
      one.requestEagerExecution = false;
      if (patienceMs !== undefined)
        one.scheduleToCloseTimeout = { seconds: Math.ceil(patienceMs / 1_000) as never, nanos: 0 };
    }
    const body = wanted.length > 0 ? framed(RespondWorkflowTaskCompletedRequest.encode(request).finish()) : sent;
    if (!found) return { body };
    // Pending polls are ended, because the server would answer them.
    this.held = [];
    this.endPolls('PollActivityTaskQueue');
    await pause(100);
    const host = hostOf(found.input);
    return { body, done: () => this.reach({ host, letGo: () => this.goOn() }) };
  }

  private lose(method: string, answer: GrpcAnswer): GrpcAnswer {
    const { deaf } = this;
    if (!deaf || method !== 'PollWorkflowTaskQueue' || answer.body.length <= 5) return answer;
    const encoding = String(answer.headers['grpc-encoding'] ?? '');
    const task = PollWorkflowTaskQueueResponse.decode(message(answer.body, encoding));
    const tells = task.history?.events?.some((event) => event.childWorkflowExecutionStartedEventAttributes);
    if (task.workflowExecution?.workflowId !== deaf.workflowId || !tells) return answer;
    this.deaf = undefined;
    deaf.lost();
    // As a poll that has waited in vain.
    return { ...answer, body: framed(PollWorkflowTaskQueueResponse.encode({}).finish()) };
  }

  private after(method: string, { headers, body }: GrpcAnswer): void {
    if (method !== 'PollActivityTaskQueue' || body.length <= 5) return;
    const task = PollActivityTaskQueueResponse.decode(message(body, String(headers['grpc-encoding'] ?? '')));
    if (task.taskToken.length === 0) return;
    const activity = {
      operation: task.activityType?.name ?? '',
      workflowId: task.workflowExecution?.workflowId ?? '',
      host: hostOf(task.input),
    };
    this.given.set(Buffer.from(task.taskToken).toString('latin1'), activity);
    if (this.isAt(activity, 'started')) this.reach({ host: activity.host, letGo: () => undefined });
  }

  private isAt({ operation, workflowId }: { operation: string; workflowId: string }, point: Point): boolean {
    const { armed } = this;
    if (!armed || armed.point !== point || armed.operation !== operation || armed.workflowId !== workflowId)
      return false;
    return armed.afterFailed === undefined || this.failed.has(armed.afterFailed);
  }

  private reach(met: Met): void {
    const { armed } = this;
    this.armed = undefined;
    armed?.reached(met);
  }

  private goOn(): void {
    const { held = [] } = this;
    this.held = undefined;
    held.forEach((poll) => poll());
  }

  private find(body: Buffer) {
    // The token is the first field of both requests.
    const length = body[1]! < 0x80 ? body[1]! : (body[1]! & 0x7f) | (body[2]! << 7);
    const from = body[1]! < 0x80 ? 2 : 3;
    return this.given.get(body.subarray(from, from + length).toString('latin1'));
  }

  /** A poll that was sent away asks again, when it may. */
  private async askAgain(
    method: string,
    down: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    body: Buffer,
  ) {
    for (;;) {
      try {
        return await this.ask(method, down, headers, body);
      } catch (error) {
        if (method !== 'PollActivityTaskQueue' || !this.held || down.destroyed) throw error;
        await new Promise<void>((resolve) => this.held?.push(resolve));
        // Nobody waits any more, and the server must not believe that somebody does.
        if (down.destroyed) throw error;
      }
    }
  }

  private ask(method: string, down: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, body: Buffer) {
    return new Promise<GrpcAnswer>((resolve, reject) => {
      const up = this.session().request(headers);
      if (method.startsWith('Poll')) this.polls.set(up, method);
      const answer: GrpcAnswer = { headers: {}, body: Buffer.alloc(0) };
      const parts: Buffer[] = [];
      const give = () => up.close(http2.constants.NGHTTP2_CANCEL);
      down.once('close', give);
      up.on('response', (said) => (answer.headers = said));
      up.on('trailers', (said) => (answer.trailers = said));
      up.on('data', (part: Buffer) => parts.push(part));
      up.on('error', reject);
      up.on('close', () => {
        this.polls.delete(up);
        down.off('close', give);
        answer.body = Buffer.concat(parts);
        if (up.rstCode === 0 && (answer.trailers || answer.headers['grpc-status'])) resolve(answer);
        else reject(new Error('cut off'));
      });
      up.end(body);
    });
  }

  private session(): http2.ClientHttp2Session {
    if (!this.upstream || this.upstream.closed || this.upstream.destroyed) {
      this.upstream = http2.connect(`http://${this.to}`);
      this.upstream.on('error', () => undefined);
    }
    return this.upstream;
  }
}

interface GrpcAnswer {
  headers: http2.IncomingHttpHeaders;
  body: Buffer;
  trailers?: http2.IncomingHttpHeaders;
}

function reply(down: http2.ServerHttp2Stream, { headers, body, trailers }: GrpcAnswer): void {
  if (!trailers)
    return down.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true });
  down.respond(headers, { waitForTrailers: true });
  down.on('wantTrailers', () => down.sendTrailers(trailers));
  down.end(body);
}

async function collect(stream: http2.ServerHttp2Stream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** What a frame of gRPC holds: a sign whether it is packed, four bytes of length, the message. */
function message(frame: Buffer, encoding: string): Buffer {
  const body = frame.subarray(5);
  return frame[0] === 1 && encoding === 'gzip' ? gunzipSync(body) : body;
}

function framed(body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function hostOf(input: temporal.api.common.v1.IPayloads | null | undefined): string | undefined {
  const data = input?.payloads?.[0]?.data;
  try {
    return (JSON.parse(Buffer.from(data ?? []).toString()) as { host?: string }).host;
  } catch {
    return undefined;
  }
}
