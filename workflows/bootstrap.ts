import type { BootstrapStep } from '../src/model/inspection';
import type { Signature } from '../src/model/approval/statement';
import { long } from './shared/activities';
import { list, page, plain, showState, showSubject } from './shared/show';

export interface BootstrapRequest {
  app: string;
  environment: string;
  /** The findings shown to the person who asked. */
  steps: BootstrapStep[];
  by: string;
  signed?: Signature;
}

/** Starts or replaces the proxies one host at a time, so that the other hosts stay reachable. */
export async function bootstrap(asked: BootstrapRequest): Promise<string[]> {
  const { app, environment, steps, by } = asked;
  showSubject({ app, environment });
  const done: string[] = [];
  const show = (state: string) =>
    showState(
      state,
      page(`## Proxies of ${environment} of ${app}`, `Requested by ${plain(by)}.`, list(done.map(plain))),
    );
  show('running');
  for (const { host, does, what } of steps.filter((step) => step.does !== 'none')) {
    const summary = `${does} the proxy on ${host.name}: ${what}`.slice(0, 200);
    const result = await long.bootstrapHost.executeWithOptions({ summary }, [{ host, asked }]);
    done.push(`${host.name}: ${result.done}`);
    show('running');
  }
  show('done');
  return done;
}
