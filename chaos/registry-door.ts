import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How the registry is, as engines and workers see it. */
export type Mood = 'well' | 'answers 500' | 'is down' | 'is slow' | 'lacks a blob';

const SLOW_MS = 1_500;

/** The one way to the registry, for worker and hosts alike; what it is like is said from outside. */
export class RegistryDoor {
  private mood: Mood = 'well';
  private readonly server = createServer((asked, answer) => void this.handOn(asked, answer));
  private readonly sockets = new Set<Socket>();

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
    if (mood === 'lacks a blob' && asked.method === 'GET' && asked.url?.includes('/blobs/'))
      return void answer
        .writeHead(404)
        .end('{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}');
    if (mood === 'is slow') await pause(SLOW_MS);
    const [host, port] = this.to.split(':');
    const { method, url: path, headers } = asked;
    const onward = request({ host, port, method, path, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers);
      said.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('error', () => onward.destroy());
    asked.pipe(onward);
  }
}
