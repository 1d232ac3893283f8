import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { HandOver } from '../../../../src/model/environment/hand-over';
import type { EnvironmentRef } from '../../../../src/model/names';
import { readAddress } from '../../../../src/model/host/proxy';
import { secretsIn } from '../../../../src/model/container/secret';
import type { Settings } from '../../../settings';
import { keyOf } from '../sets/pin';
import { filesOf, stackOf, variableOf } from './stack';

/** Back to a stack: a file of what ran, under the project's name, so that what a stack left is continued. */
export function handOver(
  { proxyHttp }: Pick<Settings, 'proxyHttp'>,
  { installation, app, environment: name }: EnvironmentRef,
  environment: EnvironmentRecord,
  started: boolean,
): HandOver {
  const lasting = environment.services.filter(({ kind }) => kind !== 'one-off');
  const secrets = [...new Set(lasting.flatMap((service) => secretsIn(JSON.stringify(service.container))))].map(
    variableOf,
  );
  const files = lasting.flatMap(filesOf).map(({ path, target }) => `${path} (${target})`);
  const needs = [
    ...(secrets.length > 0 ? [`with ${secrets.join(', ')} set`] : []),
    ...(files.length > 0 ? [`with these files beside it: ${files.join(', ')}`] : []),
  ];
  return {
    says: started
      ? 'The services of the stack are running again. To update them to what ran:'
      : 'Nothing of the application runs now. To start it as a stack, with its data:',
    command: { before: 'docker stack deploy --with-registry-auth', option: '-c', after: environment.project },
    file: {
      name: `${app}-${name}.stack.yml`,
      text: stackOf(environment, {
        nodeOf: (volume) => `node.labels.${keyOf(installation, volume)} == true`,
        port: readAddress(proxyHttp).port,
      }),
    },
    where: ['Run it on a manager', ...needs].join(', ') + '.',
  };
}
