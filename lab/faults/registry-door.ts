import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How the registry is, as engines and workers see it. */
export type Mood = 'well' | 'answers 500' | 'is down' | 'is slow' | 'lacks a blob' | 'drips';

const SLOW_MS = 1_500;
/** From one byte of a blob to the next, while it drips. */
const DRIP_MS = 50;

/** The only access to the registry for worker and hosts; tests control its behaviour. */
export class RegistryDoor {
  private mood: Mood = 'well';
  private readonly server = createServer((asked, answer) => void this.handOn(asked, answer));
  private readonly sockets = new Set<Socket>();

  /** Blobs that drip now, and those that were given up before they were whole. */
  dripping = 0;
  givenUp = 0;
  /** `127.0.0.1:PORT` */
  address = '';

  private constructor(private readonly to: string) {
    this.server.keepAliveTimeout = 60_000;
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      if (this.mood === 'is down') socket.destroy();
    });
  }

  static async open(to: string): Promise<RegistryDoor> {
    const door = new RegistryDoor(to);
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
    door.address = `127.0.0.1:${(door.server.address() as AddressInfo).port}`;
    return door;
  }

  become(mood: Mood): void {
    this.mood = mood;
    if (mood === 'is down') for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private async handOn(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { mood } = this;
    if (mood === 'answers 500')
      return void answer.writeHead(500).end('{"errors":[{"code":"UNKNOWN","message":"the disk is on fire"}]}');
    const isBlob = asked.method === 'GET' && asked.url?.includes('/blobs/');
    if (mood === 'lacks a blob' && isBlob)
      return void answer
        .writeHead(404)
        .end('{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}');
    if (mood === 'is slow') await pause(SLOW_MS);
    const [host, port] = this.to.split(':');
    const { method, url: path, headers } = asked;
    const onward = request({ host, port, method, path, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers);
      if (mood === 'drips' && isBlob) this.drip(said, answer).catch(() => answer.destroy());
      else said.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('error', () => onward.destroy());
    asked.pipe(onward);
  }

  /** One byte at a time: the next one comes soon, the last one never. */
  private async drip(said: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.dripping += 1;
    try {
      for await (const chunk of said as AsyncIterable<Buffer>)
        for (const byte of chunk) {
          if (answer.destroyed) break;
          answer.write(Buffer.of(byte));
          await pause(DRIP_MS);
        }
    } finally {
      this.dripping -= 1;
      if (answer.destroyed) this.givenUp += 1;
    }
    answer.end();
  }
}
