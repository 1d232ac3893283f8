import { refuseAfterSleep } from '../heartbeat';

/** A driver whose calls fail once this attempt has slept for too long. */
export const awake = <T extends object>(driver: T): T =>
  new Proxy(driver, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return (...args: unknown[]) => {
        refuseAfterSleep();
        return (call as (...args: unknown[]) => unknown)(...args);
      };
    },
  });
