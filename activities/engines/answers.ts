import { type EnvironmentRef, routesName } from '../../src/model/names';
import { nameAddress } from '../../src/model/host/route-address';
import { describeThieves } from '../drivers/proxy/routes/compare-served';
import type { RouteTo } from '../drivers/proxy/routes/route-set';
import { DOES, type ServedRoute } from '../drivers/proxy/routes/served-route';

/**
 * Who answers at the addresses that a proxy is to have instead of the release, according to that proxy; a sentence
 * each. Nothing comes from memory: another environment or a manual change may have taken an address.
 */
export function describeOthersAt(
  place: EnvironmentRef,
  release: string,
  host: string,
  wantedRoutes: RouteTo[],
  served: ServedRoute[],
): string[] {
  const name = routesName(place);
  const own = served.filter(({ owner, does }) => owner === name && !does.includes(DOES.redirects));
  return wantedRoutes.flatMap((route) => {
    const at = nameAddress(route);
    const answering = own.filter(({ address }) => address?.host === route.host && address.path === route.path);
    if (answering.length === 0)
      return [`${host}: nobody answers at ${at}: the proxy has no route for it. Expected ${release}`];
    const wanted = new Set(route.instances);
    return [
      ...answering.flatMap((one) => describeOthers(one, wanted, release).map((line) => `${host}: ${at} ${line}`)),
      ...new Set(answering.flatMap((one) => describeThieves(served, name, one)).map((line) => `${host}: ${line}`)),
    ];
  });
}

function describeOthers({ trouble, to }: ServedRoute, wanted: Set<string>, release: string): string[] {
  if (trouble !== undefined) return [`is not answered: ${trouble}`];
  const others = to.filter(({ container }) => !wanted.has(container));
  const lacking = [...wanted].filter((container) => !to.some((one) => one.container === container));
  return [
    ...others.map(
      ({ container, percent }) =>
        `is answered by ${container}${percent === undefined ? '' : ` (${percent} %)`}. Expected ${release}`,
    ),
    ...(lacking.length > 0 ? [`is not answered by ${lacking.join(', ')}. Expected all instances of ${release}`] : []),
  ];
}
