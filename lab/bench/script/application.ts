/** What the script releases, in the engine's own words: nobody reads a manifest here. */
export interface ScriptApplication {
  /** In the order in which they start, those in the background last. */
  services: ScriptService[];
  /** The service that is reached from outside, and how. */
  route: { service: string; host: string; port: number };
  /** What outlives all versions: its name, and the image. It keeps data in `/data`. */
  accessory?: { name: string; image: string };
}

export interface ScriptService {
  name: string;
  env?: string[];
  /** Without one it is asked for a page. */
  health?: string[];
  /** Two versions of it must not run at once. */
  background?: boolean;
}

/** By service. */
export type Images = Record<string, string>;

export interface Version {
  release: string;
  images: Images;
}
