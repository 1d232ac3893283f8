import { meet, nameAddress } from '../../../../src/model/host/route-address';
import { describeRoute, type ServedRoute, type WantedRoute } from './served-route';

/**
 * What differs between the routes that a place is to have and what is served, a sentence each: every route of the place, and every
 * route of others that takes its requests.
 */
export function compareServed(name: string, wanted: WantedRoute[], served: ServedRoute[]): string[] {
  const own = served.filter(({ owner }) => owner === name);
  const lacking = wanted.filter((route) => !own.some((one) => describeRoute(one) === describeRoute(route)));
  const added = own.filter((route) => !wanted.some((one) => describeRoute(one) === describeRoute(route)));
  return [
    ...own.flatMap((route) => (route.trouble === undefined ? [] : `${route.name} is not in effect: ${route.trouble}`)),
    ...added.map((route) => `the route ${route.name} is served, and was not written: ${describeRoute(route)}`),
    ...lacking.map((route) => `a route is not served: ${describeRoute(route)}`),
    ...wanted.flatMap((route) => describeThieves(served, name, route)),
  ];
}

/** Routes of others that answer requests for this one, a sentence each. */
export function describeThieves(
  served: ServedRoute[],
  name: string,
  own: Pick<WantedRoute, 'address' | 'listens' | 'priority'> & { rule?: string },
): string[] {
  return served
    .filter((other) => other.owner !== name && other.listens.some((one) => own.listens.includes(one)))
    .filter((other) => takes(other, own))
    .map(
      (other) => `${other.name} takes requests of ${own.address ? nameAddress(own.address) : own.rule}: ${other.rule}`,
    );
}

/** An unknown rule may match anything, so the higher priority wins. */
function takes(other: ServedRoute, own: Pick<WantedRoute, 'address' | 'priority'>): boolean {
  if (other.priority < own.priority) return false;
  return !other.address || !own.address || meet(other.address, own.address);
}
