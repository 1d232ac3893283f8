import type { PodObject } from '../../../activities/targets/kubernetes/objects';
import { whyNever } from '../../../activities/targets/kubernetes/sets/why';

const podThatWaits = (reason: string, message: string) =>
  ({
    metadata: { name: 'web' },
    spec: {},
    status: { containerStatuses: [{ restartCount: 0, state: { waiting: { reason, message } } }] },
  }) as unknown as PodObject;

test('a missing secret ends the wait at once', () => {
  expect(whyNever(podThatWaits('CreateContainerConfigError', 'secret "nowhere" not found'))?.kind).toBe('bad-config');
});

// Seen on a busy node.
test('a kubelet that has not read a secret in time is waited for', () => {
  const said = 'failed to sync secret cache: timed out waiting for the condition';
  expect(whyNever(podThatWaits('CreateContainerConfigError', said))).toBeUndefined();
});
