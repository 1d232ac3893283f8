import type { Difference, ParityReport, ReleaseComparison } from '../../src/model/container/difference';
import type { Line } from './terminal/line';
import { table as tableOf } from './terminal/table';

/** The indentation of a section, in columns. */
const table = (heads: string[], rows: string[][]) => tableOf(heads, rows, (process.stdout.columns || Infinity) - 2);

const cell = (text: string | undefined) => text ?? '-';

/** How a release differs from another. */
export function comparisonLines(found: ReleaseComparison): Line[] {
  const { app, environment, before, after, images, configuration, secrets } = found;
  const heads = ['before', 'after'] as const;
  const told = secrets.flatMap(({ name, before: was, after: is, value }) => {
    const rows = value.length > 0 ? value : [''];
    return rows.map((what, index) => (index === 0 ? [name, was ?? '', is ?? '', what] : ['', '', '', what]));
  });
  const parts = [
    section('Images', rowsOf(['service', ...heads], images)),
    section('Configuration', rowsOf(['what', ...heads], configuration)),
    section('Secrets', told.length > 0 ? table(['secret', ...heads, 'value'], told) : []),
  ];
  return [
    { depth: 0, text: `${app} ${environment}: ${before ?? 'nothing'} → ${after}`, tone: 'title' },
    ...(parts.every((part) => part.length === 0) ? [same] : parts.flat()),
  ];
}

/** How two environments differ. */
export function parityLines({ app, first, second, declared, byRelease, drift }: ParityReport): Line[] {
  const heads = [first, second].map(({ environment, release }) => `${environment} on ${release}`);
  const declaredRows = declared.map(({ what, before, after, by }) => [what, cell(before), cell(after), by]);
  const places: [string, string] = [first.environment, second.environment];
  const parts = [
    section('Declared', declared.length > 0 ? table(['what', ...places, 'by'], declaredRows) : []),
    section(`Not declared: ${heads.join(' and ')} are other releases`, rowsOf(['what', ...places], byRelease), 'warn'),
    section('Not declared: changed on a host', drift, 'warn'),
  ];
  return [
    { depth: 0, text: `${app}: ${heads.join(', ')}`, tone: 'title' },
    ...(parts.every((part) => part.length === 0) ? [same] : parts.flat()),
  ];
}

const same: Line = { depth: 0, text: 'No difference.' };

const rowsOf = (heads: [string, string, string], differences: Difference[]): string[] =>
  differences.length === 0
    ? []
    : table(
        heads,
        differences.map(({ what, before, after }) => [what, cell(before), cell(after)]),
      );

function section(title: string, rows: string[], tone: Line['tone'] = 'title'): Line[] {
  if (rows.length === 0) return [];
  return [{ depth: 0, text: '' }, { depth: 0, text: title, tone }, ...rows.map((text): Line => ({ depth: 1, text }))];
}
