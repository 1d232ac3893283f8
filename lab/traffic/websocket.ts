import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Target } from './client';

const EVERY_MS = 200;
const ECHOED_WITHIN_MS = 30_000;
const TEXT = 'hello';
const CLOSE = 0x8;

/**
 * Holds a WebSocket and has a text echoed again and again, until the application says that it goes away or the signal comes.
 * Throws when it is refused, is torn off, or does not echo.
 */
export async function holdWebSocket(
  target: Target,
  signal: AbortSignal,
  onEcho: () => void,
): Promise<'going away' | 'stopped'> {
  const socket = await open(target);
  let last = Date.now();
  return await new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearInterval(timer);
      socket.destroy();
      settle();
    };
    const timer = setInterval(() => {
      if (signal.aborted) return end(() => resolve('stopped'));
      if (Date.now() - last > ECHOED_WITHIN_MS) return end(() => reject(new Error('does not echo any more')));
      socket.write(frame(TEXT));
    }, EVERY_MS);
    socket.on('data', (data: Buffer) => {
      for (const opcode of opcodesOf(data)) {
        if (opcode === CLOSE) return end(() => resolve('going away'));
        last = Date.now();
        onEcho();
      }
    });
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error('was torn off'))));
  });
}

function open({ address, host }: Target): Promise<Socket> {
  const [hostname, port] = address.split(':');
  const headers = {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: '/live', headers, agent: false });
    asked.on('upgrade', (_, socket) => resolve(socket as Socket));
    asked.on('response', ({ statusCode }) => reject(new Error(`was answered with ${statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** The kinds of the short frames that came together, as a server sends them: not masked. */
function opcodesOf(data: Buffer): number[] {
  const opcodes: number[] = [];
  for (let at = 0; at + 1 < data.length; at += 2 + (data[at + 1]! & 0x7f)) opcodes.push(data[at]! & 0xf);
  return opcodes;
}

/** A short text as a client sends it: masked. */
function frame(text: string): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(text).map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, masked]);
}
