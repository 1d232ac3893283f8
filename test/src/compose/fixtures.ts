import type { Wishes } from '../../../src/compose/wishes';

/** A manifest that adds nothing. */
export const NO_WISHES: Wishes = {
  services: {},
  routes: [],
  secrets: [],
  sources: {},
  given: [],
  variables: {},
  sideBySide: true,
  project: {},
  notSecret: [],
};
