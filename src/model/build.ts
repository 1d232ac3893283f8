/** What is built for a service; one image for all environments. */
export interface BuildSpec {
  service: string;
  /** Folder below the checkout, with `/`. */
  context: string;
  /** Below the context. */
  dockerfile: string;
  args: Record<string, string>;
  target?: string;
  labels: Record<string, string>;
  platform?: string;
  network?: string;
  /** `name:address` */
  extraHosts?: string[];
}
