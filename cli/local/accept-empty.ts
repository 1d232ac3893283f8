/** Defines the option of commands that may move a service to an empty place for its data. */
export const ACCEPT_EMPTY: [string, string, (name: string, before: string[]) => string[], string[]] = [
  '--accept-empty <service>',
  'a service that may start empty although its data exists elsewhere; repeatable',
  (name, before) => [...before, name],
  [],
];
