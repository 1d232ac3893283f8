/** The part of dockerode that speaks BuildKit's session; it has no types of its own. */
declare module 'dockerode/lib/session' {
  import type Docker from 'dockerode';
  /** Opens a session; `done` closes it, and must be called however the build ends. */
  export default function withSession(
    docker: Docker,
    auth: { username: string; password: string } | undefined,
    handler: (error: Error | null, id: string | null, done: () => void) => void,
  ): void;
}
