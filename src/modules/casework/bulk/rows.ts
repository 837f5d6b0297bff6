import { normaliseAccount } from '../../../../packages/web-address/index.ts';
import { isLang } from '../../../platform/i18n/index.ts';
import { isCategoryId } from '../../country/index.ts';
import {
  AGE_BANDS,
  MAX_LINKS,
  MAX_NARRATIVE,
  type ReportInput,
  type Reporting,
  VISIBILITIES,
} from '../../reporting/index.ts';
import { among, length } from '../desk/forms.ts';
import type { BulkColumn, CsvRow } from './csv.ts';

export const FAULTS = [
  'url',
  'many',
  'account',
  'category',
  'language',
  'danger',
  'age',
  'seen',
  'text',
  'nothing',
] as const;
export type FaultKind = (typeof FAULTS)[number];
export interface RowFault {
  row: number;
  column: BulkColumn;
  fault: FaultKind;
}

export type BulkInput = Omit<ReportInput, 'submissionKey' | 'filedBy'>;

/** Reads one row: every fault of it, or the report that it is. Pure but for the reading of addresses. */
export function readRow(
  { row, cells }: CsvRow,
  addresses: Reporting['addresses'],
): { faults: RowFault[]; input?: BulkInput } {
  const faults: RowFault[] = [];
  const wrong = (column: BulkColumn, fault: FaultKind) => faults.push({ row, column, fault });
  const get = (column: BulkColumn) => (cells[column] ?? '').trim().toWellFormed();

  const urls = get('url').split(/\s+/).filter(Boolean);
  if (urls.some((u) => !addresses.read(u))) wrong('url', 'url');
  if (urls.length > MAX_LINKS) wrong('url', 'many');
  const [platform, name] = [get('platform'), get('account')];
  const found = name || platform ? normaliseAccount(platform, name) : undefined;
  if ((name && !platform) || (platform && !name) || (found && 'error' in found)) wrong('account', 'account');
  const category = get('category').toLowerCase();
  if (!isCategoryId(category)) wrong('category', 'category');
  const language = get('language').toLowerCase() || 'ar';
  if (!isLang(language)) wrong('language', 'language');
  const danger = among(get('danger').toLowerCase() || 'no', ['yes', 'no']);
  if (!danger) wrong('danger', 'danger');
  const ageBand = among(get('age') || 'unknown', AGE_BANDS);
  if (!ageBand) wrong('age', 'age');
  const visibility = among(get('seen') || 'unknown', VISIBILITIES);
  if (!visibility) wrong('seen', 'seen');
  const narrative = get('text');
  if (length(narrative) > MAX_NARRATIVE) wrong('text', 'text');
  if (urls.length === 0 && !name && !narrative) wrong('url', 'nothing');

  if (faults.length > 0 || !isCategoryId(category) || !isLang(language) || !ageBand || !visibility) return { faults };
  return {
    faults,
    input: {
      channel: 'operator',
      language,
      reporter: 'professional',
      category,
      danger: danger === 'yes',
      links: addresses.readAll(urls),
      accounts: found && !('error' in found) ? [found] : [],
      narrative,
      visibility,
      ageBand,
      occurred: 'unknown',
    },
  };
}
