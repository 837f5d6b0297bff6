export const APPEAL_STATES = ['waiting', 'decided'] as const;
export type AppealState = (typeof APPEAL_STATES)[number];
/** The public form, or the link that we sent to whoever answers for the address. */
export type AppealVia = 'form' | 'link';
export const APPEAL_WHO = ['owner', 'visitor', 'other'] as const;
export type AppealWho = (typeof APPEAL_WHO)[number];

/**
 * `upheld`: it comes off the list for good. `upheld-in-part`: it comes off while two people decide anew. `rejected`: it
 * stays. `nothing-blocked`: no entry takes the address away.
 */
export const APPEAL_DECISIONS = ['upheld', 'upheld-in-part', 'rejected', 'nothing-blocked'] as const;
export type AppealDecision = (typeof APPEAL_DECISIONS)[number];

/** The decisions that can be taken, given whether any entry is concerned. Pure. */
export const decisionsFor = (entries: number): readonly AppealDecision[] =>
  entries > 0 ? ['upheld', 'upheld-in-part', 'rejected'] : ['nothing-blocked'];

/**
 * What may be told to whoever appealed. Whoever has not shown to control the address learns the same whatever was
 * decided: the answer must not say whether an address is on the list.
 */
export const tellable = (appeal: { proven: boolean }): 'decision' | 'heard' => (appeal.proven ? 'decision' : 'heard');
