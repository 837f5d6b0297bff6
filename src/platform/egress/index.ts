export { type AddressPolicy, type AddressRules, type AddressVerdict, createAddressPolicy } from './address-policy.ts';
export {
  type AddressAnswer,
  createDnsResolver,
  type DnsCode,
  type DnsResolver,
  type RecordAnswer,
  type RecordType,
} from './dns.ts';
export { createEgress, GENERIC_USER_AGENT } from './egress.ts';
export { vantagesOfLetters } from './letters-way.ts';
export { CHROMIUM_HOSTS, type EgressProxy, type ProxyDecision, type ProxyOptions, startEgressProxy } from './proxy.ts';
export {
  type Exchange,
  type Recorder,
  type RecorderOptions,
  type Shown,
  startRecorder,
} from './recorder.ts';
export {
  createRelayCertificate,
  type RelayCertificate,
} from './relay-certificate.ts';
export type {
  Egress,
  EgressOptions,
  EgressResponse,
  EgressResult,
  FetchOptions,
  Hop,
  RefusalReason,
  SentBody,
} from './types.ts';
export {
  createLettersEgress,
  createVantages,
  type EgressSettings,
  type Vantage,
  vantageOptions,
} from './vantages.ts';
