import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, Client, type ConnectConfig } from 'ssh2';
import type { Connection } from '../../../src/model/target';
import { transient } from '../errors';
import { ChannelSocket } from './channel';
import { type Endpoint, findEndpoint } from './endpoint';
import { cutOff, explainConnecting, explainOpening, refusedKey } from './errors';
import { preferredKinds, refuseHostKey } from './host-key';
import { findLogins, inTurn } from './logins';
import type { SshSettings } from './settings';

/** The time limit until the login. */
const READY_MS = 15_000;
const ALIVE = { keepaliveInterval: 3_000, keepaliveCountMax: 3 };
/** An unused connection is closed after this time. */
const IDLE_MS = 10 * 60_000;

/**
 * One shared connection to a host, opened on demand and reopened after a cut. Pending calls then
 * fail at once as `Transient`, and a retry opens a new connection.
 */
export class SshConnection {
  readonly endpoint: Endpoint;
  private client?: Promise<Client>;
  private dialling?: Client;
  private readonly open = new Set<Duplex>();
  private idle?: NodeJS.Timeout;
  private failures = 0;

  constructor(
    connection: Connection,
    settings: SshSettings,
    private readonly connect: (via: Connection) => SshConnection,
  ) {
    this.endpoint = findEndpoint(connection, settings);
  }

  async openSocket(path = this.endpoint.socket): Promise<Duplex> {
    const client = await this.ready();
    return this.openChannel(client, `the engine's socket ${path}`, (done) =>
      client.openssh_forwardOutStreamLocal(path, done),
    );
  }

  async openPort(host: string, port: number): Promise<Duplex> {
    const client = await this.ready();
    return this.openChannel(client, `${host}:${port}`, (done) => client.forwardOut('127.0.0.1', 0, host, port, done));
  }

  async run(command: string): Promise<string> {
    const client = await this.ready();
    const stream = await this.openChannel(client, command, (done) => client.exec(command, done));
    return await text(stream);
  }

  close(): void {
    clearTimeout(this.idle);
    void this.client?.then((client) => client.end()).catch(() => undefined);
    this.dialling?.destroy();
    this.client = undefined;
  }

  private async ready(): Promise<Client> {
    if (!this.client) {
      const made = this.make();
      this.client = made;
      // A failed connection must not be reused.
      made.catch(() => this.forget(made));
    }
    return this.client;
  }

  private forget(made: Promise<Client> | undefined): void {
    if (this.client === made) this.client = undefined;
  }

  private async make(): Promise<Client> {
    // An immediate retry must not flood a starting host.
    if (this.failures > 0) await pause(Math.min(100 * 2 ** this.failures, 2_000));
    try {
      const client = await this.logIn();
      this.failures = 0;
      return client;
    } catch (error) {
      this.failures = Math.min(this.failures + 1, 5);
      throw error;
    }
  }

  private async logIn(): Promise<Client> {
    const { endpoint } = this;
    const logins = findLogins(endpoint);
    const sock = endpoint.via && (await this.connect(endpoint.via).openPort(endpoint.host, endpoint.port));
    const client = new Client();
    let refusal: string | undefined;
    const config: ConnectConfig = {
      host: endpoint.host,
      port: endpoint.port,
      username: endpoint.user,
      ...(sock && { sock: sock as never }),
      authHandler: inTurn(logins) as ConnectConfig['authHandler'],
      hostVerifier: (key: Buffer) => (refusal = refuseHostKey(endpoint, key)) === undefined,
      algorithms: { serverHostKey: preferredKinds(endpoint) as never },
      readyTimeout: READY_MS,
      ...ALIVE,
    };
    return new Promise<Client>((resolve, reject) => {
      this.dialling = client;
      client.once('ready', () => resolve(client));
      // Later errors come with a close event.
      client.on('error', (error) => reject(refusal ? refusedKey(refusal) : explainConnecting(endpoint, logins, error)));
      client.on('close', () => {
        reject(transient(cutOff(endpoint)));
        this.cut(client);
      });
      client.connect(config);
    }).finally(() => (this.dialling = undefined));
  }

  private cut(client: Client): void {
    const known = this.client;
    void known?.then(
      (current) => current === client && this.forget(known),
      () => undefined,
    );
    for (const socket of this.open) socket.destroy(transient(cutOff(this.endpoint)));
    this.open.clear();
  }

  private openChannel(
    client: Client,
    what: string,
    open: (done: (error: Error | undefined, channel: Channel) => void) => unknown,
  ): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | undefined, channel: Channel) => {
        if (error) return reject(explainOpening(this.endpoint, what, error));
        const socket = new ChannelSocket(channel);
        this.hold(socket);
        resolve(socket);
      };
      try {
        open(done);
      } catch {
        // The connection was cut between becoming ready and this call.
        this.cut(client);
        reject(transient(cutOff(this.endpoint)));
      }
    });
  }

  private hold(socket: Duplex): void {
    clearTimeout(this.idle);
    this.open.add(socket);
    socket.once('close', () => {
      this.open.delete(socket);
      if (this.open.size > 0) return;
      this.idle = setTimeout(() => this.close(), IDLE_MS);
      this.idle.unref();
    });
  }
}
