import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Payload } from '@temporalio/common';
import type { Codec } from './temporal/connect/codec';

/** What may be sent at most: Temporal's UI asks for one page of a history. */
const LARGEST = 16 * 1024 * 1024;

/** As Temporal's protocol of codec servers has a payload: bytes in base64. */
interface Written {
  metadata?: Record<string, string>;
  data?: string;
}

/**
 * Lets Temporal's UI show what is encrypted: `POST /decode` and `POST /encode`, as Temporal's codec servers do. Only pages of
 * this origin are answered, and only under a name that leads to this machine, so that no other site can have it read.
 */
export function createCodecServer(codec: Codec, origin: string): Server {
  return createServer((request, response) => {
    answer(codec, origin, request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) }));
    });
  });
}

async function answer(codec: Codec, origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '', headers } = request;
  if (headers.origin !== undefined && headers.origin !== origin) return refuse(response, 403);
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? '')) return refuse(response, 403);
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('cache-control', 'no-store');
  if (method === 'OPTIONS') return void response.writeHead(204).end();
  const task = { '/decode': 'decode', '/encode': 'encode' }[url.split('?')[0]!] as 'decode' | 'encode' | undefined;
  if (method !== 'POST' || !task) return refuse(response, 404);
  const { payloads = [] } = JSON.parse(await readBody(request)) as { payloads?: Written[] };
  const done = await codec[task](payloads.map(read));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ payloads: done.map(write) }));
}

const refuse = (response: ServerResponse, status: number) => void response.writeHead(status).end();

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST) throw new Error(`the request has more than ${LARGEST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

const read = ({ metadata = {}, data = '' }: Written): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  data: Buffer.from(data, 'base64'),
});

const write = ({ metadata, data }: Payload): Written => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
