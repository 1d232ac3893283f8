import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttribute } from '../src/model/names';

/** Search attributes, so that a list of workflows in Temporal's UI reads as a list of releases. */
const keyword = (name: SearchAttribute) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const APP = keyword('WindlassApp');
const RELEASE = keyword('WindlassRelease');
const ENVIRONMENT = keyword('WindlassEnvironment');
const STATE = keyword('WindlassState');

/** What the workflow is about. */
export function showSubject(subject: { app: string; release?: string; environment?: string }): void {
  upsertSearchAttributes([
    { key: APP, value: subject.app },
    ...(subject.release ? [{ key: RELEASE, value: subject.release }] : []),
    ...(subject.environment ? [{ key: ENVIRONMENT, value: subject.environment }] : []),
  ]);
}

/** Where it stands: a word to filter by, and Markdown for who opens it. Says nothing twice, for each word is an event. */
export function showState(state: string, details: string): void {
  if (state !== workflowInfo().typedSearchAttributes.get(STATE)) upsertSearchAttributes([{ key: STATE, value: state }]);
  setCurrentDetails(details);
}

/** As `showState` where the word stays the same: this is no event, and may be said as often as wanted. */
export const showDetails = (details: string): void => setCurrentDetails(details);

/** Blocks of Markdown, one below the other; what is empty is left out. */
export const page = (...blocks: (string | false | undefined)[]): string => blocks.filter(Boolean).join('\n\n');

export const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Words of others, which are not meant as Markdown. */
export const plain = (text: string): string => text.replace(/[\\`*_~{}[\]<>|]/g, '\\$&');

/** Words that must not be overlooked. */
export const quote = (text: string): string => `> ${plain(text).replaceAll('\n', '\n> ')}`;

/** A link to another workflow, in the same UI; an id that is used again and again is told by its run. */
export function link(workflowId: string, runId?: string): string {
  const path = [workflowId, ...(runId ? [runId] : [])].map(encodeURIComponent).join('/');
  return `[${workflowId}](/namespaces/${workflowInfo().namespace}/workflows/${path})`;
}

/** To the second, for people: `2026-11-24 04:25:55 UTC`. */
export const at = (time: number | string): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A fenced block that can be copied from the UI. */
export const block = (text: string) => ['```', text, '```'].join('\n');

/** A command to paste into a terminal; the pane is narrow, and does not wrap. */
export const command = (...parts: string[]) => block(parts.join(' \\\n  '));
