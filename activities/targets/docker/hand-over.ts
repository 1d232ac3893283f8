import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { HandOver } from '../../../src/model/environment/hand-over';

/** Back to docker compose, which finds its project, its volumes and what it made before. */
export const handOver = ({ name, project }: EnvironmentRecord, started: boolean): HandOver => ({
  says: started
    ? 'The containers docker compose ran before are running again. To update them to the compose file:'
    : 'Only what docker compose made is still running. To start the rest, with its data:',
  command: { before: `docker compose -p ${project}`, option: '-f', after: 'up -d' },
  where: `Run it on the host, in the repository, with ${name}'s variables and secrets set.`,
});
