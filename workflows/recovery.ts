import type { EnvironmentState } from '../src/model/environment/environment';
import { short } from './shared/activities';
import { announce } from './shared/announce';
import { list, page, plain, showState, showSubject } from './shared/show';

export interface RecoveryRequest {
  app: string;
  /** The environments as they were shown to the person who asked for it. */
  states: EnvironmentState[];
  by: string;
  reason: string;
}

/** Starts the single writers of environments that Temporal has lost, each with its state; no host is touched. */
export async function recovery({ app, states, by, reason }: RecoveryRequest): Promise<string[]> {
  showSubject({ app });
  const done: string[] = [];
  const show = (state: string) =>
    showState(
      state,
      page(`## Recovery of ${app}`, `Requested by ${plain(by)}: ${plain(reason)}`, list(done.map(plain))),
    );
  show('running');
  for (const state of states) {
    const { environment, current } = state;
    await short.startEnvironment.executeWithOptions({ summary: `${environment}, on ${current?.release}` }, [{ state }]);
    const what = { app, environment, release: current?.release, by, kind: 'recovered', reason } as const;
    await announce(what, current?.record.registry);
    done.push(`${environment} is on ${current?.release ?? 'nothing'}`);
    show('running');
  }
  show('done');
  return done;
}
