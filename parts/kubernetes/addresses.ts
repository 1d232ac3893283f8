/** Who is where. */
export interface Addresses {
  server: string;
  control: string;
  workers: { name: string; ip: string }[];
  serviceRange: string;
  service(last: string): string;
  podRange: string;
  /** Of the pods of one node. */
  pods(index: number): string;
}

/** All of 10.N.0.0/16, which is the bridge's and so no other run's. */
export function addressesOf(n: number, count: number): Addresses {
  const at = (rest: string) => `10.${n}.${rest}`;
  return {
    server: `https://${at('0.10')}:6443`,
    control: at('0.10'),
    workers: Array.from({ length: count }, (_, index) => ({ name: `node${index + 1}`, ip: at(`0.${11 + index}`) })),
    serviceRange: at('64.0/20'),
    service: (last) => at(`64.${last}`),
    podRange: at('128.0/17'),
    pods: (index) => at(`${128 + index}.0/24`),
  };
}
