import { describeFailure, type Failure } from '../../src/model/failure';
import { visible } from '../../src/model/text/grammar';
import { list, page, quote } from './show';

/** A failure, with the last lines of its container or build. */
export function describeTrouble(failure: Failure): string {
  const last = (failure.lastLines ?? []).filter((line) => line.trim() !== '').slice(-10);
  return page(
    quote(describeFailure(failure)),
    last.length > 0 && `Last lines of ${failure.service ?? 'its log'}:`,
    // a fenced block would cut long lines off
    list(last.map((line) => `\`${visible(line.trim()).replaceAll('`', "'")}\``)),
  );
}
