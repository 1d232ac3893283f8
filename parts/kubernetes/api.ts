import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';
import { inOneLine } from '../find/missing';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [more: string]: unknown };
  [more: string]: unknown;
}

/** As much of the API as making a cluster needs, as its administrator. */
export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Server-side apply, tried again for a while: the API knows a new kind some time after its definition. */
  apply(...objects: KubernetesObject[]): Promise<void>;
}

export interface ApiLogin {
  server: string;
  /** Files. */
  ca: string;
  cert: string;
  key: string;
}

export function apiOf({ server, ...files }: ApiLogin): Api {
  const [ca, cert, key] = [files.ca, files.cert, files.key].map((file) => readFileSync(file));
  const call = <T>(method: string, path: string, body?: unknown, type = 'application/json') =>
    new Promise<T>((resolve, reject) => {
      const options = { method, ca, cert, key, headers: { 'content-type': type }, timeout: 10_000 };
      const sent = request(new URL(path, server), options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => {
          if (answer.statusCode! >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
          else resolve((text.startsWith('{') ? JSON.parse(text) : text) as T);
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 10 s`)));
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const applyOne = (object: KubernetesObject) =>
    call('PATCH', `${pathOf(object)}?fieldManager=windlass-parts&force=true`, object, 'application/apply-patch+yaml');
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    async apply(...objects) {
      for (const object of objects)
        for (let left = 50; ; left--)
          try {
            await applyOne(object);
            break;
          } catch (error) {
            if (left === 0) throw new Error(`apply ${object.kind} ${object.metadata.name}: ${inOneLine(error)}`);
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
    },
  };
}

/** The object that a file holds. */
export const readObject = (file: string): KubernetesObject => parse(readFileSync(file, 'utf8')) as KubernetesObject;

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  const api = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.toLowerCase().replace(/(s|x|ch)$/, '$1e') + 's';
  return `${api}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
}
