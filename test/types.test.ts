import type { Duration } from '@temporalio/common';

test('what is not a duration does not compile as one', () => {
  const right: Duration[] = ['30s', '5 minutes', 1000];
  // @ts-expect-error without types/ms.d.ts, Duration is `any`
  const wrong: Duration = { not: 'a duration' };
  expect([...right, wrong]).toHaveLength(4);
});
