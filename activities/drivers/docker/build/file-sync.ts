import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { BuildContext, ContextEntry } from './context';

/**
 * The part of BuildKit's session in which the builder fetches files (moby.filesync.v1.FileSync with
 * fsutil's packets): we list all files, it requests contents, and says when it has everything.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Stat: {
      fields: {
        path: { type: 'string', id: 1 },
        mode: { type: 'uint32', id: 2 },
        uid: { type: 'uint32', id: 3 },
        gid: { type: 'uint32', id: 4 },
        size: { type: 'int64', id: 5 },
        modTime: { type: 'int64', id: 6 },
        linkname: { type: 'string', id: 7 },
      },
    },
    Packet: {
      fields: {
        type: { type: 'uint32', id: 1 },
        stat: { type: 'Stat', id: 2 },
        ID: { type: 'uint32', id: 3 },
        data: { type: 'bytes', id: 4 },
      },
    },
  },
});
const PACKET = root.lookupType('Packet');

const STAT = 0;
const REQUEST = 1;
const DATA = 2;
const END = 3;

interface Packet {
  type?: number;
  stat?: object;
  ID?: number;
  data?: Uint8Array;
}

const write = (packet: Packet) => Buffer.from(PACKET.encode(PACKET.create(packet)).finish());
const read = (bytes: Buffer) => PACKET.decode(bytes) as unknown as Packet;

export const FILE_SYNC = {
  DiffCopy: {
    path: '/moby.filesync.v1.FileSync/DiffCopy',
    requestStream: true,
    responseStream: true,
    requestSerialize: write,
    requestDeserialize: read,
    responseSerialize: write,
    responseDeserialize: read,
  },
} satisfies ServiceDefinition;

const KIND = { file: 0, folder: 2 ** 31, link: 2 ** 27 };

type Call = ServerDuplexStream<Packet, Packet>;

/** Serves a context, and its Dockerfile separately, so that it is readable even where COPY must not see it. */
export const serveFiles = (context: BuildContext) => ({
  DiffCopy: (call: Call) => {
    const asked = (name: string) => call.metadata.get(name).map(String);
    const [dir] = asked('dir-name');
    // Ignored files were left out before.
    const wantsIgnored = asked('followpaths').join() === '.dockerignore';
    const entries = dir === 'dockerfile' ? dockerfileOf(context) : wantsIgnored ? [] : context.entries;
    send(call, entries, context.mtime);
  },
});

function dockerfileOf({ dockerfile, text }: BuildContext): ContextEntry[] {
  if (text === undefined) return [];
  const bytes = Buffer.from(text);
  const names = dockerfile.split('/');
  const folders = names.slice(0, -1).map((_, index): ContextEntry => ({
    path: names.slice(0, index + 1).join('/'),
    type: 'folder',
    mode: 0o755,
    size: 0,
    read: noBytes,
  }));
  const file = { path: dockerfile, type: 'file', mode: 0o644, size: bytes.length, read: () => [bytes] } as const;
  return [...folders, file];
}

const noBytes = () => [];

/** One content at a time, because there is only one connection. */
function send(call: Call, entries: ContextEntry[], mtime: Date): void {
  let turn = Promise.resolve();
  const seconds = Math.floor(mtime.getTime() / 1_000);
  const fail = (error: Error) => void call.destroy(error);
  call.on('error', () => undefined);
  call.on('data', ({ type = STAT, ID = 0 }: Packet) => {
    if (type === REQUEST) turn = turn.then(() => sendContent(call, entries[ID], ID)).catch(fail);
    if (type === END)
      turn = turn.then(() => {
        call.write({ type: END });
        call.end();
      });
  });
  for (const { path, type, mode, size, target } of entries)
    call.write({
      type: STAT,
      stat: {
        path,
        mode: KIND[type] + mode,
        size,
        modTime: seconds * 1e9,
        ...(target !== undefined && { linkname: target }),
      },
    });
  call.write({ type: STAT });
}

async function sendContent(call: Call, entry: ContextEntry | undefined, ID: number): Promise<void> {
  for await (const chunk of entry?.read() ?? []) {
    const data = chunk as Buffer;
    for (let at = 0; at < data.length; at += 32_768)
      if (!call.write({ type: DATA, ID, data: data.subarray(at, at + 32_768) })) await drained(call);
  }
  call.write({ type: DATA, ID, data: Buffer.alloc(0) });
}

const drained = (call: Call) =>
  new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error', 'cancelled']) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error', 'cancelled']) call.once(event, done);
  });
