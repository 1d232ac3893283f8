import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { makeAuthority } from '../../../parts/kubernetes/certificates';
import { temporaryFolder } from '../../setup/temporary';

export interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The common name of the client's certificate. */
  user?: string;
}

type Answer = (asked: Asked, response: ServerResponse) => unknown;

/** A server with a certificate, which answers as a test says: for what no real cluster can be brought to say at will. */
export async function startApiServer() {
  const folder = temporaryFolder();
  const authority = await makeAuthority(folder);
  const [own, person] = await Promise.all([
    authority.issue('server', { user: 'kube-apiserver', names: ['IP:127.0.0.1', 'DNS:api.cluster.test'] }),
    authority.issue('person', { user: 'ada', group: 'team' }),
  ]);
  const read = (path: string) => readFileSync(path, 'utf8');
  const ca = read(authority.cert);
  let answer: Answer = (_, response) => response.writeHead(404).end();
  const asked: Asked[] = [];
  const options = { cert: read(own.cert), key: read(own.key), ca, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString(), user: CN as string | undefined };
      asked.push(one);
      await answer(one, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca,
    caFile: authority.cert,
    person: { cert: read(person.cert), key: read(person.key), ...fileNames(person) },
    asked,
    /** Answers from now on. */
    answers: (next: Answer) => void (answer = next),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const fileNames = ({ cert, key }: { cert: string; key: string }) => ({ certFile: cert, keyFile: key });

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

export const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** How a cluster refuses. */
export const status = (response: ServerResponse, code: number, reason: string, message: string, details?: object) =>
  json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details });
