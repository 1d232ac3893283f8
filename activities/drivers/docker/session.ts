import type Docker from 'dockerode';
import withSession from 'dockerode/lib/session';

/**
 * Runs a deed within a BuildKit session, which lasts exactly as long. dockerode's own `buildImage` closes its session
 * only after a build that went well: a bad Dockerfile or a stopped build would leave a connection behind.
 */
export async function inSession<T>(docker: Docker, deed: (id: string) => Promise<T>): Promise<T> {
  const { id, done } = await open(docker);
  try {
    return await deed(id);
  } finally {
    done();
  }
}

function open(docker: Docker): Promise<{ id: string; done: () => void }> {
  return new Promise((resolve, reject) => {
    // No logins: it would give the same one to every registry that a Dockerfile names.
    withSession(docker, undefined, (error, id, done) => (error || !id ? reject(error) : resolve({ id, done })));
  });
}
