import type { ColumnType } from 'kysely';
import type { JsonValue } from './overlay.ts';

/** A type, not an interface: kysely wants an index signature, which only types have implicitly. */
export type CountryTables = {
  'country.overlay': {
    key: string;
    value: ColumnType<JsonValue, never, never>;
    set_by: string;
    set_at: Date;
  };
  'country.overlay_version': { one: boolean; version: number };
};
