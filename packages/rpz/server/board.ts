import { stepsBehind } from '../zone/serial.ts';
import type { Zone } from '../zone/zone.ts';
import type { Known, Refusal, Transport } from './answer.ts';
import type { Secondary } from './secondaries.ts';

/** Times in milliseconds since 1970. */
export interface BoardRow {
  secondary: string;
  zone: string;
  basis: string;
  /** Serial of the zone now. */
  serial: number;
  /** The last serial that we know it to have, from a transfer that ended or from what it said in IXFR. */
  has?: number;
  /** Steps behind; undefined as long as nothing is known. */
  behind?: number;
  /** When the zone got the first serial that it does not have, or undefined when it is current. */
  lateSince?: number;
  asked?: { at: number; type: Known['asked']; transport: Transport; serial: number };
  transfer?: TransferRecord;
  notify?: NotifyRecord;
  key?: { name: string; ageMs: number; lastUsed?: number };
  /** Keys that are accepted: two during a rollover. */
  keys: { name: string; ageMs: number; lastUsed?: number }[];
  refused?: { at: number; why: Refusal };
}

export interface TransferRecord {
  at: number;
  kind: 'axfr' | 'ixfr' | 'current';
  serial: number;
  messages: number;
  bytes: number;
  ms: number;
  /** Whether the last message was written; a reader that went away or was too slow is not. */
  complete: boolean;
  transport: Transport;
}

export interface NotifyRecord {
  at: number;
  serial: number;
  target: string;
  attempts: number;
  /** 'NOERROR' or another code; 'waiting'; 'none' when all attempts went without an answer. */
  answer: string;
  /** Whether the answer was signed with our key, where it had to be. */
  verified?: boolean;
  ms?: number;
}

interface State {
  has?: number;
  asked?: BoardRow['asked'];
  transfer?: TransferRecord;
  notify?: NotifyRecord;
  keyName?: string;
  refused?: BoardRow['refused'];
  lateSince?: number;
}

/** What each secondary asked, got and answered last. */
export class Board {
  #states = new Map<string, State>();
  #keyUsed = new Map<string, number>();

  #state(secondary: string, zone: string): State {
    const id = `${zone} ${secondary}`;
    let state = this.#states.get(id);
    if (!state) {
      state = {};
      this.#states.set(id, state);
    }
    return state;
  }

  keyUsed(name: string): number | undefined {
    return this.#keyUsed.get(name);
  }

  asked(known: Known, transport: Transport, at: number): void {
    const state = this.#state(known.secondary.id, known.zone.origin);
    state.asked = { at, type: known.asked, transport, serial: known.serial };
    if (known.keyName) {
      state.keyName = known.keyName;
      this.#keyUsed.set(known.keyName, at);
    }
    if (known.has !== undefined) this.#has(state, known.has, known.zone);
  }

  transferred(secondary: string, zone: Zone, record: TransferRecord): void {
    const state = this.#state(secondary, zone.origin);
    // "You are current" is no news of the transfer before; that it asked stands in `asked`.
    if (record.kind !== 'current') state.transfer = record;
    if (record.complete) this.#has(state, record.serial, zone);
  }

  notified(secondary: string, zone: string, record: NotifyRecord): void {
    this.#state(secondary, zone).notify = record;
  }

  refused(secondary: string, zone: string, why: Refusal, at: number): void {
    this.#state(secondary, zone).refused = { at, why };
  }

  /** The zone moved on: who had the last serial is late from now on. */
  changed(zone: Zone, secondaries: readonly Secondary[], at: number): void {
    for (const { id, zones } of secondaries) if (zones.has(zone.origin)) this.#state(id, zone.origin).lateSince ??= at;
  }

  rows(secondaries: readonly Secondary[], zones: Iterable<Zone>, now: number): BoardRow[] {
    const all = [...zones];
    return secondaries.flatMap((secondary) =>
      all.filter((zone) => secondary.zones.has(zone.origin)).map((zone) => this.#row(secondary, zone, now)),
    );
  }

  #row(secondary: Secondary, zone: Zone, now: number): BoardRow {
    const state = this.#state(secondary.id, zone.origin);
    const keys = secondary.keys.map(({ name, since }) => {
      const lastUsed = this.#keyUsed.get(name);
      return { name, ageMs: now - since, ...(lastUsed !== undefined && { lastUsed }) };
    });
    const key = keys.find((k) => k.name === state.keyName);
    const { has, asked, transfer, notify, refused, lateSince } = state;
    return {
      secondary: secondary.id,
      zone: zone.origin,
      basis: zone.basis,
      serial: zone.serial,
      ...(has !== undefined && { has, behind: stepsBehind(has, zone.serial) }),
      ...(lateSince !== undefined && { lateSince }),
      ...(asked && { asked }),
      ...(transfer && { transfer }),
      ...(notify && { notify }),
      ...(key && { key }),
      keys,
      ...(refused && { refused }),
    };
  }

  #has(state: State, serial: number, zone: Zone): void {
    state.has = serial;
    if (serial === zone.serial) delete state.lateSince;
  }
}
