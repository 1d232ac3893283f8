/** The part of a compose service that a first manifest depends on. */
export interface InitService {
  build?: unknown;
  image?: string;
  ports?: { target: number; published?: string; protocol?: string }[];
  volumes?: { type: string; source?: string; target?: string; read_only?: boolean }[];
  environment?: Record<string, string | null>;
  depends_on?: Record<string, { condition?: string }>;
  networks?: unknown;
  network_mode?: string;
  expose?: string[];
  labels?: Record<string, string>;
  deploy?: { labels?: Record<string, string> };
  command?: string[] | null;
  restart?: string;
  healthcheck?: { disable?: boolean };
}

export interface InitValues {
  variables: Record<string, string>;
  secrets: string[];
  replaced: string[];
  envFiles: Record<string, string[]>;
}

export const NO_VALUES: InitValues = { variables: {}, secrets: [], replaced: [], envFiles: {} };

export interface InitInput {
  app: string;
  installation?: string;
  compose?: string[];
  services: Record<string, InitService>;
  commonVolumes?: string[];
  folders?: string[];
  /** Files that are mounted and not in the commit. */
  absentFiles?: string[];
  secrets?: Record<string, { environment?: string }>;
  values?: InitValues;
  project?: string;
  folderProject?: string;
  registry?: string;
  approver: string;
  alone?: boolean;
}

export interface DecidedService {
  accessory?: boolean;
  completes?: true;
  publish?: false;
  volumes?: Record<string, 'shared' | 'exclusive'>;
}

export interface Decision {
  app: string;
  environments: string[];
  services: Record<string, DecidedService>;
  routes: { service: string; port?: number; isBuilt: boolean }[];
  recreate: boolean;
  folders: Record<string, string>;
  secrets: Record<string, string>;
  lastSecrets: Record<string, string>;
  told: string[];
}

/** A service with its name, what it waits for, and whether another one waits for it. */
export type Entry = InitService & { name: string; on: string[]; depended: boolean };
