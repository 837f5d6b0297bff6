import type { JsonValue } from './log/canonical.ts';

export type AuditTables = {
  'audit.entry': {
    id: string;
    at: Date;
    actor: string;
    action: string;
    subject: string;
    detail: Record<string, JsonValue>;
    commitment: Buffer | null;
  };
  'audit.pending': { entry: string };
  'audit.chain': { seq: number; entry: string; leaf: Buffer; previous: Buffer; hash: Buffer };
  'audit.node': { level: number; index: number; hash: Buffer };
  'audit.head': { size: number; root: Buffer; chain_hash: Buffer; at: Date; origin: string; signature: Buffer };
};
