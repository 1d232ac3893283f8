import type { BootstrapStep } from '../activities/types';
import { long } from './proxies';
import { list, page, plain, showState, showSubject } from './show';

export interface BootstrapRequest {
  app: string;
  environment: string;
  /** What was shown to the person who asked for it. */
  steps: BootstrapStep[];
  by: string;
}

/** Starts or replaces the proxies, one host after the other, so that what stands before them has always others to ask. */
export async function bootstrap({ app, environment, steps, by }: BootstrapRequest): Promise<string[]> {
  showSubject({ app, environment });
  const done: string[] = [];
  const show = (state: string) =>
    showState(
      state,
      page(`## Proxies of ${environment} of ${app}`, `Asked for by ${plain(by)}.`, list(done.map(plain))),
    );
  show('running');
  for (const { host, does, what } of steps.filter((step) => step.does !== 'none')) {
    const summary = `${does} the proxy on ${host.name}: ${what}`.slice(0, 200);
    const result = await long.bootstrapHost.executeWithOptions({ summary }, [{ host }]);
    done.push(`${host.name}: ${result.done}`);
    show('running');
  }
  show('done');
  return done;
}
