import { setTimeout as sleep } from 'node:timers/promises';
import { identityToRecipient } from 'age-encryption';
import type { Modules } from './compose.ts';
import type { CategoryId } from './modules/country/index.ts';
import type { ReportInput } from './modules/reporting/index.ts';

/** Made-up, mild, and labelled as such: nobody may take them for real. */
const LABEL = { ar: '[عرض تجريبي] ', fr: '[démonstration] ', en: '[demonstration] ', zgh: '[ⴰⵔⵎ] ' } as const;

interface Sample {
  category: CategoryId;
  language: keyof typeof LABEL;
  reporter: ReportInput['reporter'];
  text: string;
  link?: string;
  times: number;
}

const SAMPLES: Sample[] = [
  {
    category: 'image-abuse',
    language: 'ar',
    reporter: 'child',
    text: 'نُشرت صورة دون موافقة.',
    link: 'http://photos.sample-host.example/p/11',
    times: 6,
  },
  {
    category: 'harassment',
    language: 'fr',
    reporter: 'parent',
    text: 'Des moqueries dans un forum de classe.',
    link: 'http://forum.sample-host.example/t/31-classe',
    times: 9,
  },
  {
    category: 'sextortion',
    language: 'ar',
    reporter: 'child',
    text: 'رسائل متكررة تطلب مالا.',
    link: 'http://chat.sample-app.example/u/demo_member',
    times: 5,
  },
  {
    category: 'fraud-impersonation',
    language: 'fr',
    reporter: 'witness',
    text: 'Un faux profil.',
    link: 'http://photos.sample-host.example/p/12',
    times: 7,
  },
  {
    category: 'privacy',
    language: 'en',
    reporter: 'professional',
    text: 'A school list with names can be read by everybody.',
    link: 'http://photos.sample-host.example/p/13',
    times: 2,
  },
  {
    category: 'advertising-gambling',
    language: 'ar',
    reporter: 'parent',
    text: 'مشتريات داخل لعبة.',
    link: 'http://kids-game.example/',
    times: 3,
  },
  { category: 'relationships', language: 'fr', reporter: 'child', text: 'Une question, sans lien.', times: 1 },
];

/** Fills an empty demonstration, so that queue and figures have something to show. Runs once. */
export async function seedReports(m: Modules): Promise<number> {
  let seeded = 0;
  for (const [i, sample] of SAMPLES.entries())
    for (let n = 0; n < sample.times; n++) {
      const accepted = await m.reporting.submit({
        // The key makes a second start find the same reports.
        submissionKey: `demonstration:${i}:${n}`,
        channel: 'web',
        language: sample.language,
        reporter: sample.reporter,
        category: sample.category,
        danger: false,
        links: sample.link ? m.reporting.addresses.readAll([sample.link]) : [],
        accounts: [],
        narrative: LABEL[sample.language] + sample.text,
        visibility: sample.category === 'sextortion' ? 'few' : 'public',
        ageBand: 'unknown',
        occurred: 'week',
      });
      if (accepted.fresh) seeded += 1;
    }
  return seeded;
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Bech32 (BIP 173) of 32 bytes: how age writes a private key. */
function bech32(prefix: string, bytes: Buffer): string {
  const words: number[] = [];
  let [bits, value] = [0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      words.push((value >> bits) & 31);
      value &= (1 << bits) - 1;
    }
  }
  if (bits > 0) words.push((value << (5 - bits)) & 31);
  const polymod = (values: readonly number[]): number => {
    let sum = 1;
    for (const v of values) {
      const top = sum >>> 25;
      sum = ((sum & 0x1ffffff) << 5) ^ v;
      for (const [i, g] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries())
        if ((top >>> i) & 1) sum ^= g;
    }
    return sum;
  };
  const letters = [...prefix].map((c) => c.charCodeAt(0));
  const head = [...letters.map((c) => c >> 5), 0, ...letters.map((c) => c & 31)];
  const check = polymod([...head, ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const sum = [5, 4, 3, 2, 1, 0].map((i) => (check >>> (5 * i)) & 31);
  return `${prefix}1${[...words, ...sum].map((w) => BECH32[w]).join('')}`;
}

/**
 * Joins the made-up police and care service to their bodies, and refers one danger report, so that both sides of the desk
 * have something to show. The key of the police is the same at each start: it comes from the key file. Runs once.
 */
export async function seedReferral(m: Modules): Promise<{ identity: string }> {
  const { country, identity, referral, casework, reporting, platform } = m;
  const secret = Buffer.from(platform.keys.token('demonstration-age', 'police'), 'base64url');
  const ageIdentity = bech32('age-secret-key-', secret).toUpperCase();
  const organisations = await identity.listOrganisations();
  const join = async (body: string, organisation: string, keys: string[]) => {
    const id = organisations.find((o) => o.name === organisation)?.id;
    const now = country.bodies().find((b) => b.id === body);
    if (!id || !now || now.organisation === id) return;
    await country.setOverlay('system', `bodies.${body}.organisation`, id);
    await country.setOverlay('system', `bodies.${body}.channel`, { kind: 'desk' });
    if (keys.length > 0) await country.setOverlay('system', `bodies.${body}.ageKeys`, keys);
  };
  await join('dgsn', 'Police (demonstration)', [await identityToRecipient(ageIdentity)]);
  await join('onde', 'Care service (demonstration)', []);
  const accepted = await reporting.submit({
    submissionKey: 'demonstration:referral',
    channel: 'web',
    language: 'fr',
    reporter: 'witness',
    category: 'sextortion',
    danger: false,
    links: reporting.addresses.readAll(['http://chat.sample-app.example/u/demo_sender']),
    accounts: [],
    narrative: `${LABEL.fr}Des messages qui demandent de l’argent, tous les soirs.`,
    visibility: 'public',
    ageBand: '12-14',
    occurred: 'now',
  });
  // The worker links at the same time: whoever has the report, it is there in a moment.
  let [item] = await casework.itemsOfReport(accepted.id);
  for (let tries = 0; !item && tries < 100; tries++) {
    await casework.linker.drain();
    [item] = await casework.itemsOfReport(accepted.id);
    if (!item) await sleep(50);
  }
  if (item && (await referral.store.ofItem(item.id)).length === 0) {
    const author = (await identity.accountsWithRole('senior-analyst'))[0];
    if (author)
      await referral.drafting.create(
        {
          kind: 'staff',
          accountId: author.id,
          name: author.name,
          lang: author.lang,
          roles: author.roles,
          organisationId: author.organisationId,
          territory: null,
          assurance: 'full',
          factors: ['demo'],
          sessionId: '',
        },
        { item: item.id, send: true },
        {
          body: 'dgsn',
          category: 'sextortion',
          urgency: 'urgent',
          urgencyReason: `${LABEL.fr}Les demandes continuent ce soir.`,
          note: '',
          place: '',
          hold: true,
          sensitive: false,
          tellReporter: true,
          withWords: true,
          withAccounts: true,
          withPlace: false,
          warning: { decision: 'not-safe', reason: 'phone-read', words: '' },
        },
      );
  }
  return { identity: ageIdentity };
}
