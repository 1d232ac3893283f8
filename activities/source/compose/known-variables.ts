import type { Lookup } from '../../../src/compose/files/interpolate';
import { readEntries } from '../../../src/model/container/env-file';

/** Docker compose sets these itself, whatever else sets them. */
const ITS_OWN = /^(COMPOSE_EXPERIMENTAL_.*|DOCKER_CONFIG)$/;

/**
 * The variables known while compose files are read: the first definition wins, and contradictions
 * make a variable unknown.
 */
export class Known {
  private constructor(
    private readonly values: ReadonlyMap<string, string | undefined>,
    private readonly isOpen: boolean,
    private readonly fixed: ReadonlySet<string>,
  ) {}

  static of(variables: Record<string, string>): Known {
    return new Known(new Map(Object.entries(variables)), false, new Set(Object.keys(variables)));
  }

  with(text: string): Known {
    const entries = readEntries(text);
    if (!entries) return new Known(this.values, true, this.fixed);
    const values = new Map(this.values);
    for (const [name, value] of entries)
      if (!this.fixed.has(name)) values.set(name, values.has(name) && values.get(name) !== value ? undefined : value);
    return new Known(values, this.isOpen, this.fixed);
  }

  readonly lookup: Lookup = (name) => {
    if (ITS_OWN.test(name)) return 'unknown';
    if (!this.values.has(name)) return this.isOpen ? 'unknown' : { value: undefined };
    const value = this.values.get(name);
    return value === undefined ? 'unknown' : { value };
  };

  get key(): string {
    return JSON.stringify([this.isOpen, ...this.values]);
  }
}
