import { defineError } from '../../platform/errors.ts';

/** The stored tree is not the one that was signed: sealing stops until somebody has looked. */
export const AUDIT_TREE_DAMAGED = defineError('audit', 'TREE_DAMAGED', 500);
export const AUDIT_ENTRY_UNKNOWN = defineError('audit', 'ENTRY_UNKNOWN', 404);
export const AUDIT_HEAD_UNKNOWN = defineError('audit', 'HEAD_UNKNOWN', 404);
export const AUDIT_FILTER_INVALID = defineError('audit', 'FILTER_INVALID', 400);
