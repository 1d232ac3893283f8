/** The environment with this name in a record or draft; undefined when there is none. */
export function findEnvironment<E extends { name: string }>(
  record: { environments: E[] } | undefined,
  name: string,
): E | undefined {
  return record?.environments.find((environment) => environment.name === name);
}
