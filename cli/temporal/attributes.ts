import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, type SearchAttribute } from '../../src/model/names';

/** Names and types as Temporal's server is told them. */
export const ATTRIBUTE_TYPES = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, 'Keyword' as const]));

/** The search attributes that a workflow is started with. */
export const attributes = (values: Partial<Record<SearchAttribute, string>>): SearchAttributePair[] =>
  Object.entries(values).map(([name, value]) => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  }));

/** A text within a visibility query. */
export const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
