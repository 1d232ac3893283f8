import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import { createCodecServer } from '../../codec-server';
import { type CommandResult, type CommonOptions, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { note } from '../../print/terminal/output';
import { readCodec } from '../../temporal/connect/codec';

interface Options extends CommonOptions {
  port: number;
  origin: string;
}

export function define(command: Command): void {
  command
    .option('--port <n>', 'where it listens, on this machine alone', parsePort, 8234)
    .option('--origin <url>', 'where Temporal’s UI is opened: only its pages are answered', 'http://localhost:8233')
    .addHelpText(
      'after',
      examples('WINDLASS_PAYLOAD_KEY_FILE=~/.windlass-payloads windlass codec --origin http://localhost:8233') +
        '\n\nLets Temporal’s UI show what WINDLASS_PAYLOAD_KEY encrypts. In the UI choose "Codec Server" and give it' +
        '\nhttp://localhost:8234. Anyone who can reach that port can read, so it listens on this machine only. Ctrl-C ends it.',
    );
  action(command, codec);
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Expected a port.');
}

/** Runs until Ctrl-C or SIGTERM. */
async function codec({ port, origin }: Options): Promise<CommandResult> {
  const keys = readCodec();
  if (!keys.seals)
    throw new UserError(
      'There is no key to decrypt with.',
      undefined,
      'Set WINDLASS_PAYLOAD_KEY or WINDLASS_PAYLOAD_KEY_FILE, as the workers have it.',
    );
  const server = createCodecServer(keys, origin).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as { port: number };
  note(`codec server ready: http://127.0.0.1:${taken}, for pages of ${origin}`);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  server.close();
  server.closeAllConnections();
  return { json: { port: taken, stopped: true }, lines: ['codec server stopped'] };
}
