import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';

/** The times of a tiny service to become healthy and to stop, in whole seconds. */
export interface Tempo {
  startS?: number;
  stopS?: number;
}

export const HEALTH = ['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1/'];

/** Writes the folder of a service that is a web server of 2 MB, and answers with its version. */
export function writeService(folder: string, version: string, { startS = 0, stopS = 0 }: Tempo = {}): void {
  mkdirSync(join(folder, 'www'), { recursive: true });
  writeFileSync(join(folder, 'www', 'index.html'), version);
  const stop = `trap 'sleep ${stopS}; exit 0' TERM`;
  const command = ['sh', '-c', `${stop}; sleep ${startS}; httpd -f -p 80 -h /www & wait`];
  writeFileSync(join(folder, 'Dockerfile'), `ARG BASE\nFROM $BASE\nCOPY www /www\nCMD ${JSON.stringify(command)}\n`);
}

/** Services that are built from folders of their names and do not wait for each other. */
export const composeServices = (services: string[], base: string, health: string[] = HEALTH): Record<string, object> =>
  Object.fromEntries(
    services.map((name) => [
      name,
      {
        build: { context: `./${name}`, args: { BASE: base } },
        expose: ['80'],
        init: true,
        healthcheck: { test: ['CMD', ...health] },
      },
    ]),
  );

export const composeFile = (...of: Parameters<typeof composeServices>): string =>
  JSON.stringify({ services: composeServices(...of) }, undefined, 2);
