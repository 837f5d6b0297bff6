import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import type { Action, Identity, RecordRef } from '../../identity/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import type { Casework } from '../index.ts';
import { ITEM_UNKNOWN } from '../item.ts';

/**
 * Makes a picture of a reported page, so that an analyst's browser never loads it. `signal` ends the work when nobody
 * waits any more; `unavailable` says in a few words why there is no picture.
 */
export interface RenderingPort {
  render(
    itemUrl: string,
    signal: AbortSignal,
  ): Promise<{ png: Buffer; title: string; finalHost: string } | { unavailable: string }>;
}

export interface DeskDeps {
  platform: Platform;
  casework: Casework;
  reporting: Reporting;
  country: Country;
  identity: Identity;
  /** Without it the desk says that there are no pictures here. */
  rendering?: RenderingPort;
  /** Notices, checks and the hold decision of an item; from the module downstream. */
  takedownPanel?: (itemId: string, req: FastifyRequest) => Promise<VNode | undefined>;
  /** What of an item is blocked, and the way to propose it; from the module downstream. */
  blockingPanel?: (itemId: string, req: FastifyRequest) => Promise<VNode | undefined>;
  /** Captures of an item and the way to take one; from the module downstream. */
  evidencePanel?: (itemId: string, req: FastifyRequest) => Promise<VNode | undefined>;
  /** What was referred about an item; from the module downstream. With it danger rows lead to a prefilled referral. */
  referralPanel?: (itemId: string, req: FastifyRequest) => Promise<VNode | undefined>;
}

/** Reports carry no place: the policy lets only staff for the whole country near them. */
export const RECORD: RecordRef = { territory: null };

/** A room of the desk; its entry in the navigation is current. */
export type Room =
  | 'queue'
  | 'bulk'
  | 'cases'
  | 'clocks'
  | 'danger'
  | 'unfinished'
  | 'new-report'
  | 'verify'
  | 'disagreements'
  | 'quality';

/** The door of a route: whoever may do `action` to some record comes in. */
export const door = (deps: DeskDeps, action: Action) => ({ preHandler: deps.identity.requireStaff(action) });

/** A page of the desk. `path` is where a change of language comes back to: an address that answers GET. */
export function show(
  req: FastifyRequest,
  reply: FastifyReply,
  page: { room: Room; title: string; path: string; body: VNode; status?: number },
): FastifyReply {
  const { room, ...rest } = page;
  return sendPage(req, reply, { ...rest, shell: 'desk', nav: room });
}

/** The id in the path. Throws CASEWORK_ITEM_UNKNOWN for what can't be one. */
export function idParam(req: FastifyRequest, name = 'id'): string {
  const value = (req.params as Record<string, string | undefined>)[name] ?? '';
  if (!isUuid(value)) throw ITEM_UNKNOWN();
  return value;
}
