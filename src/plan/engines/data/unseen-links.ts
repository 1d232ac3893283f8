import type { EnvironmentRecord } from '../../../manifest/record/record';
import { isPath, storesOf } from '../../../model/container/data';
import { targetsOf } from '../../../model/target';
import type { PlanningInput } from '../../planning';
import { asFoundOn, observedHosts } from '../observed-on';

/**
 * What the rule of one writer does not cover: folders of others, where the worker does not see the files of the host, because its
 * engine is reached by TCP or the worker is in a container.
 */
export const warnOfUnseen = ({ observed }: PlanningInput, after: EnvironmentRecord): string[] =>
  observedHosts(observed).flatMap(([host, { unseen = [] }]) => {
    const model = asFoundOn(observed, host, after);
    const kept = after.services
      .filter((service) => targetsOf(after, service).includes(host))
      .flatMap((service) =>
        storesOf(model, service)
          .filter(({ store }) => isPath(store))
          .map(({ store }) => `${store} (${service.name})`),
      );
    if (unseen.length === 0 || kept.length === 0) return [];
    return [
      `${host}: the worker does not see its files, so it cannot tell whether ${unseen.join(', ')} ${unseen.length > 1 ? 'are links' : 'is a link'} ` +
        `to ${[...new Set(kept)].join(', ')}, where only one may write. Check that on the host (readlink -f), or reach its engine by SSH`,
    ];
  });
