/** Everybody of the programme who has an account. Reporters and children have none: a receipt is enough for them. */
export const ROLES = [
  'learner',
  'teacher',
  'parent',
  'analyst',
  'senior-analyst',
  'on-call',
  'helpline',
  'supervisor',
  'custodian',
  'police',
  'care-worker',
  'partner',
  'association',
  'programme-manager',
  'observer',
  'administrator',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

/** Roles that come near reports. Outside the demonstration they do nothing without a passkey, which can't be phished. */
export const READING_ROLES: readonly Role[] = [
  'analyst',
  'senior-analyst',
  'on-call',
  'helpline',
  'supervisor',
  'custodian',
  'police',
  'care-worker',
];

export function needsPasskey(roles: readonly Role[]): boolean {
  return roles.some((role) => READING_ROLES.includes(role));
}

/** Whoever has no role but these may sign in by a link in a mail: they come near nobody's data but their family's. */
const MAIL_ROLES: readonly Role[] = ['parent'];

export function signsInByMail(roles: readonly Role[]): boolean {
  return roles.length > 0 && roles.every((role) => MAIL_ROLES.includes(role));
}

/** Kinds that an administrator can make. */
export const ORGANISATION_KINDS = [
  'programme',
  'hotline',
  'helpline',
  'security',
  'justice',
  'care',
  'ministry',
  'provider',
  'association',
  'school',
  'observer',
] as const;
/** All parents stand in one organisation of kind `families`, which makes itself. */
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number] | 'families';
