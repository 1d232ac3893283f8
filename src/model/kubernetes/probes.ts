import type { HealthCheck } from '../container/container';
import type { Service } from '../service';

/** What compose takes where a health check does not say. */
const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 30_000;
const RETRIES = 3;
/** How often a port is tried that has no health command. */
const PORT_EVERY_S = 2;

/**
 * Readiness by the health command, never liveness: on a host it does not kill either. Until it has passed once it is run every second,
 * for at least as long as the service may take to be healthy; windlass judges earlier. A routed service without a command must accept connections.
 */
export function probesOf({ container, healthyWithinMs }: Service, routed: number[]): object {
  const { healthcheck } = container;
  const exec = commandOf(healthcheck);
  if (!exec) {
    const [port] = routed;
    return port === undefined ? {} : { readinessProbe: { tcpSocket: { port }, periodSeconds: PORT_EVERY_S } };
  }
  const { intervalMs = INTERVAL_MS, timeoutMs = TIMEOUT_MS, retries = RETRIES } = healthcheck ?? {};
  const { startPeriodMs = 0, startIntervalMs = 1_000 } = healthcheck ?? {};
  const timeoutSeconds = seconds(timeoutMs);
  const startsEvery = seconds(startIntervalMs);
  return {
    startupProbe: {
      exec,
      timeoutSeconds,
      periodSeconds: startsEvery,
      failureThreshold: Math.ceil(Math.max(startPeriodMs, healthyWithinMs) / 1_000 / startsEvery) + retries,
    },
    readinessProbe: { exec, timeoutSeconds, periodSeconds: seconds(intervalMs), failureThreshold: retries },
  };
}

/** Undefined where nothing is to be run. */
function commandOf({ test, disabled }: HealthCheck = {}): { command: string[] } | undefined {
  if (!test || disabled) return undefined;
  const [form, ...words] = test;
  if (form === 'CMD') return { command: words };
  return { command: ['/bin/sh', '-c', form === 'CMD-SHELL' ? words.join(' ') : test.join(' ')] };
}

/** Its smallest unit is the second. */
export const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
