import type { ComposeOverrides } from '../../../src/compose/overrides';

/** A manifest that adds nothing. */
export const NO_OVERRIDES: ComposeOverrides = {
  services: {},
  routes: [],
  secrets: [],
  sources: {},
  given: [],
  variables: {},
  target: 'docker',
  sideBySide: true,
  project: {},
  folders: {},
  notSecret: [],
  needsApproval: false,
};
