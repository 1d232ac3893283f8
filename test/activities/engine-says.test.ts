import type { ApplicationFailure } from '@temporalio/common';
import { classify, classifyText } from '../../activities/drivers/docker/errors';
import type { Failure } from '../../src/model/failure';

/** What is told of failures that this machine cannot have (root may use every socket): what, where, why, what next. */
const deed = { host: 'web-1', doing: 'start container shop' };
const told = (error: Error) => ({
  retried: !(error as ApplicationFailure).nonRetryable,
  ...((error as ApplicationFailure).details?.[0] as Failure),
});

const coded = (code: string) => Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code });

test.each<[string, Error, Partial<Failure> & { retried: boolean }, RegExp]>([
  [
    'no engine',
    classify(coded('ENOENT'), deed),
    { kind: 'unreachable', host: 'web-1', retried: true },
    /^start container shop: the engine of web-1 does not answer \(ENOENT\)\. .*docker info/,
  ],
  [
    'no permission on the socket',
    classify(coded('EACCES'), deed),
    { kind: 'unauthorised', host: 'web-1', retried: false },
    /^start container shop: the worker may not use the engine's socket on web-1 \(EACCES\)\. Add its user to the group/,
  ],
  [
    'an image for another platform',
    classifyText('no matching manifest for linux/arm64/v8 in the manifest list entries', deed),
    { kind: 'wrong-platform', host: 'web-1', retried: false },
    /not made for that host's processor\. Build it for that platform/,
  ],
  [
    'a port that is taken',
    classifyText(
      'driver failed programming external connectivity: Bind for 0.0.0.0:5432 failed: port is already allocated',
      deed,
    ),
    { kind: 'port-taken', host: 'web-1', retried: false },
    /port is already allocated"\. Something else on that host listens there\. Stop it, or publish another port/,
  ],
  [
    'a wrong password of the registry',
    classifyText('unauthorized: incorrect username or password', deed),
    { kind: 'unauthorised', host: 'web-1', retried: false },
    /Check user name and password of the registry in windlass\.yaml/,
  ],
  [
    'a full disk',
    classifyText('write /var/lib/docker/tmp/x: no space left on device', deed),
    { kind: 'no-space', host: 'web-1', retried: false },
    /Free space on that host \(docker system df/,
  ],
])('%s', (_, error, expected, message) => {
  expect(told(error)).toMatchObject(expected);
  expect(told(error).message).toMatch(message);
});
