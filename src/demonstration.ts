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
