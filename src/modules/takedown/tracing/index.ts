export {
  type AddressFacts,
  type Contact,
  type ContactOptions,
  chooseContact,
  type DnsFacts,
  type KnownContact,
  type KnownProvider,
  networkIn,
  type OwnNetworkFacts,
  rankContacts,
  type Standing,
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
export { createRdapClient, type RdapClient } from './rdap-client.ts';
export { type TraceDeps, type TraceOptions, type TraceResult, trace } from './trace.ts';
