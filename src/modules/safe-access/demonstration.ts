import type { Platform } from '../../platform/platform.ts';
import type { Account, Identity, StaffActor } from '../identity/index.ts';
import { createBlocked } from './family/blocked.ts';
import { createRows } from './family/rows.ts';
import type { SafeAccess } from './index.ts';
import { asKept } from './pact-words.ts';
import type { Rules } from './profile/rules.ts';

/** Said with each name that somebody reads: nobody may take them for real. */
const LABEL = { ar: '(عرض تجريبي)', fr: '(démonstration)' } as const;
const DAY_MS = 86_400_000;

interface DemoFamily {
  /** Of the younger child; a start makes it anew, and ends the one before. */
  childUrl: string;
  /** Of the younger child's telephone: `https://…/dns-query/<id>`. */
  dohUrl: string;
  /** The network of the class, to ask from on loopback. */
  classNetwork: string;
}

/** A person of the demonstration as the services know whoever is signed in. */
const actorOf = (account: Account): StaffActor => ({
  kind: 'staff',
  accountId: account.id,
  name: account.name,
  lang: account.lang,
  roles: account.roles,
  organisationId: account.organisationId,
  territory: null,
  assurance: 'full',
  factors: ['demo'],
  sessionId: '',
});

/**
 * A family with two children, and a school with a class and its network, through the services that pages use: an empty
 * demonstration then has something to show on every page. Made once; the child's link is made anew at each start.
 */
export async function seedFamilies(
  platform: Platform,
  safeAccess: SafeAccess,
  identity: Pick<Identity, 'accountsWithRole'>,
): Promise<DemoFamily | undefined> {
  if (!platform.config.demo) throw new Error('a demonstration family exists only in the demonstration');
  const person = async (role: 'parent' | 'teacher' | 'administrator') => {
    const account = (await identity.accountsWithRole(role)).find((a) => a.email === `${role}@e-salama.example`);
    return account && actorOf(account);
  };
  const [parent, teacher, administrator] = [
    await person('parent'),
    await person('teacher'),
    await person('administrator'),
  ];
  if (!parent || !teacher || !administrator) return undefined;
  const younger = await seedChildren(platform, safeAccess, parent);
  if (!younger) return undefined;
  return { ...younger, classNetwork: await seedClass(safeAccess, teacher, administrator) };
}

async function seedChildren(
  platform: Platform,
  safeAccess: SafeAccess,
  parent: StaffActor,
): Promise<Pick<DemoFamily, 'childUrl' | 'dohUrl'> | undefined> {
  const { families, profiles, devices, pacts, children, requests } = safeAccess;
  const { config, clock } = platform;
  const linkOf = (token: string) => `${config.publicOrigin}/ar/mine/${token}`;
  const [known] = await families.mine(parent);
  if (known) {
    // Whoever tries the demonstration may have removed what was made: then nothing is put back.
    const child = (await profiles.list(parent, { family: known.id })).find((p) => p.label.endsWith(LABEL.ar));
    const device = child?.devices.find((d) => d.kind === 'android');
    if (!child || !device) return undefined;
    return { childUrl: linkOf(await profiles.newChildLink(parent, child.id)), dohUrl: device.dohUrl };
  }

  const owner = { family: (await families.create(parent)).id };
  const night = (from: string): Rules['windows'][number] => ({
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    from,
    to: '07:00',
    closes: 'everything',
  });
  const rules = {
    ...safeAccess.preset('9-12'),
    windows: [night('21:30')],
    keeps: 'names' as const,
    allow: ['library.example'],
    deny: ['loud-videos.example'],
  };
  const made = await profiles.create(parent, owner, { label: `نجمة ${LABEL.ar}`, band: '9-12', lang: 'ar', rules });
  const { profile: younger, childToken } = made;
  const phone = await devices.add(parent, younger.id, { kind: 'android', label: `الهاتف الأزرق ${LABEL.ar}` });
  await devices.add(parent, younger.id, { kind: 'windows', label: `حاسوب البيت ${LABEL.ar}` });

  const teen = safeAccess.preset('13-15');
  const { profile: older } = await profiles.create(parent, owner, {
    label: `Yanis ${LABEL.fr}`,
    band: '13-15',
    lang: 'fr',
    rules: { ...teen, windows: [night('23:00')], keeps: 'counts' },
  });
  await devices.add(parent, older.id, { kind: 'iphone', label: `iPhone ${LABEL.fr}` });

  const { closed, windows, safeSearch, youtube, keeps } = rules;
  const pact = await pacts.propose(parent, younger.id, {
    closed,
    windows,
    safeSearch,
    youtube,
    keeps,
    noPunishmentForTelling: true,
    parentPromises: [asKept('listen'), asKept('answer'), asKept('no-spying')],
    childPromises: [asKept('tell'), asKept('ask-first'), asKept('no-meeting')],
    reviewOn: new Date(clock.now().getTime() + 60 * DAY_MS).toISOString().slice(0, 10),
  });
  await children.agree(childToken, pact.id);
  const answered = await children.ask(childToken, 'chess-club.example');
  await requests.answer(parent, answered.id, { kind: 'for-good' });
  await children.ask(childToken, 'comics.example');

  // What a resolver hands over once a minute: names for the younger one, numbers for the older one.
  const day = (ago: number) => new Date(clock.now().getTime() - ago * DAY_MS).toISOString().slice(0, 10);
  await createBlocked(platform, createRows(platform)).add([
    { profile: younger.id, day: day(1), what: 'deny', name: 'loud-videos.example', n: 3 },
    { profile: younger.id, day: day(1), what: 'gambling', name: 'lucky-wheel.example', n: 1 },
    { profile: younger.id, day: day(3), what: 'malware', name: 'free-skins-download.example', n: 2 },
    { profile: older.id, day: day(1), what: 'phishing', name: undefined, n: 2 },
    { profile: older.id, day: day(2), what: 'gambling', name: undefined, n: 4 },
  ]);
  return { childUrl: linkOf(childToken), dohUrl: phone.dohUrl };
}

/** One address of loopback, so that `dig -b 127.0.0.2` asks as a pupil of the class would. */
const CLASS_NETWORK = '127.0.0.2/32';

async function seedClass(safeAccess: SafeAccess, teacher: StaffActor, administrator: StaffActor): Promise<string> {
  const { profiles, networks } = safeAccess;
  const school = teacher.organisationId;
  if ((await profiles.list(teacher, { school })).length === 0) {
    await networks.add(administrator, school, CLASS_NETWORK);
    await profiles.importClasses(teacher, school, [
      { label: `6A ${LABEL.fr}`, band: '9-12', lang: 'fr', networks: [CLASS_NETWORK] },
    ]);
  }
  return CLASS_NETWORK;
}
