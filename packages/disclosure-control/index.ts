export { auditTable, type Disclosure } from './audit.ts';
export { type SuppressionOptions, type SuppressionResult, suppress } from './suppress.ts';
export { type CellId, type Equation, type FrequencyTable, twoWayTable } from './table.ts';
