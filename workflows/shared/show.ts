import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttribute } from '../../src/model/names';
import { visible } from '../../src/model/text/grammar';

/** Search attributes that make Temporal's list of workflows read as a list of releases. */
const keyword = (name: SearchAttribute) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const APP = keyword('WindlassApp');
const RELEASE = keyword('WindlassRelease');
const ENVIRONMENT = keyword('WindlassEnvironment');
const STATE = keyword('WindlassState');

export function showSubject(subject: { app: string; release?: string; environment?: string }): void {
  upsertSearchAttributes([
    { key: APP, value: subject.app },
    ...(subject.release ? [{ key: RELEASE, value: subject.release }] : []),
    ...(subject.environment ? [{ key: ENVIRONMENT, value: subject.environment }] : []),
  ]);
}

/** Shows the state: a word to filter by, and Markdown. Skips repetitions, because each call is an event. */
export function showState(state: string, details: string): void {
  if (state !== workflowInfo().typedSearchAttributes.get(STATE)) upsertSearchAttributes([{ key: STATE, value: state }]);
  showDetails(details);
}

/** Like `showState` with the same word; no event, so it costs nothing. */
export function showDetails(details: string): void {
  shown.details = details;
  setCurrentDetails(page(details, shown.notices.length > 0 && '### Notices', list(shown.notices)));
}

/** The last texts of a workflow; each workflow has its own module instance. */
const shown: { details: string; notices: string[] } = { details: '', notices: [] };
const MOST_NOTICES = 5;

/** Shows a sender that a signal did not count, because a signal has no answer. No event. */
export function showNotice(notice: string): void {
  shown.notices = [...shown.notices.slice(1 - MOST_NOTICES), plain(notice)];
  showDetails(shown.details);
}

/** Joins blocks of Markdown and skips empty ones. */
export const page = (...blocks: (string | false | undefined)[]): string => blocks.filter(Boolean).join('\n\n');

export const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Escapes foreign text in Markdown, as one line. */
export const plain = (text: string): string =>
  visible(text)
    .replace(/\s*[\r\n]\s*/g, ' ')
    .replace(/[\\`*_~{}[\]<>|]/g, '\\$&');

/** A block quote, for what must not be overlooked. */
export const quote = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${plain(line)}`)
    .join('\n');

/** A link to a workflow in the same UI; a run id tells reused workflow ids apart. */
export function link(workflowId: string, runId?: string): string {
  const path = [workflowId, ...(runId ? [runId] : [])].map(encodeURIComponent).join('/');
  return `[${workflowId}](/namespaces/${workflowInfo().namespace}/workflows/${path})`;
}

/** `2026-11-24 04:25:55 UTC`. */
export const at = (time: number | string): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A fenced block, which the UI can copy. */
export const block = (text: string) => ['```', text, '```'].join('\n');

/** A command to paste into a terminal, broken for the UI's narrow pane. */
export const command = (...parts: string[]) => block(parts.join(' \\\n  '));
