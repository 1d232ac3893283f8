import { describeFailure, type Failure } from '../../src/model/failure';
import { list, page, quote } from '../show';

/** What went wrong, and the last words of the container or build concerned. */
export function describeTrouble(failure: Failure): string {
  const last = (failure.lastLines ?? []).filter((line) => line.trim() !== '').slice(-10);
  return page(
    quote(describeFailure(failure)),
    last.length > 0 && `Last words of ${failure.service ?? 'it'}:`,
    // a fenced block would cut long lines off
    list(last.map((line) => `\`${line.trim().replaceAll('`', "'")}\``)),
  );
}
