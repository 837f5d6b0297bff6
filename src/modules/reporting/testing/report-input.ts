import type { ReportInput } from '../index.ts';

/** A made-up report of a child; `key` is its submission key. */
export function reportInput(key: string, change: Partial<ReportInput> = {}): ReportInput {
  return {
    submissionKey: key,
    channel: 'web',
    language: 'fr',
    reporter: 'child',
    category: 'harassment',
    danger: false,
    links: [],
    accounts: [],
    narrative: 'On se moque de moi.',
    visibility: 'many',
    ageBand: '12-14',
    occurred: 'week',
    ...change,
  };
}
