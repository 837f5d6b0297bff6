export {
  type AddressFacts,
  type Contact,
  type ContactOptions,
  chooseContact,
  type DnsFacts,
  type KnownProvider,
  rankContacts,
  type TraceAnswer,
  type TraceSource,
} from './contact.ts';
export {
  createNetworkTable,
  NETWORK_DATA_NOTICE,
  type NetworkFacts,
  type NetworkTable,
  PROXY_NETWORKS,
} from './networks.ts';
export { loadBootstrap, type RdapBootstrap } from './rdap.ts';
export { type TraceDeps, type TraceResult, trace } from './trace.ts';
