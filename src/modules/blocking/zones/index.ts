/** The role that serves the zones; apart from the module's index, which a process without pages need not read. */
export { startZones, type ZonesRole } from './role.ts';
