import type { HealthCheck } from '../../model/container/container';
import type { ComposeHealthcheck } from '../model';
import { toMs } from '../units';

/** A health check without a `test` keeps the image's command and changes its times. */
export function readHealthcheck(check: ComposeHealthcheck | undefined): HealthCheck | undefined {
  if (!check) return undefined;
  const { test, disable, interval, timeout, retries, start_period, start_interval } = check;
  if (disable || test?.[0] === 'NONE') return { disabled: true };
  return {
    ...(test && { test }),
    ...(interval && { intervalMs: toMs(interval) }),
    ...(timeout && { timeoutMs: toMs(timeout) }),
    ...(retries && { retries }),
    ...(start_period && { startPeriodMs: toMs(start_period) }),
    ...(start_interval && { startIntervalMs: toMs(start_interval) }),
  };
}
