import type { Contact, TraceAnswer } from './index.ts';

/** A fact about an item's hosting that differs from the trace before. */
export interface Moved {
  what: 'network' | 'registrar' | 'nameservers';
  before: string;
  after: string;
}
export const movedOf = (row: Pick<TraceRow, 'moved'>): Moved[] => row.moved as Moved[];

/** Read back from jsonb: instants are ISO text there. */
export type StoredAnswer = Omit<TraceAnswer, 'at' | 'data'> & { at: string; data?: unknown; reason?: string };

export type TraceRow = {
  id: string;
  item: string;
  at: Date;
  duration_ms: number;
  answers: unknown;
  contacts: unknown;
  attribution: string;
  moved: unknown;
};
export const answersOf = (row: Pick<TraceRow, 'answers'>): StoredAnswer[] => row.answers as StoredAnswer[];
export const contactsOf = (row: Pick<TraceRow, 'contacts'>): Contact[] => row.contacts as Contact[];
