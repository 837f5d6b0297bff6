import type { Lang } from '../../src/platform/i18n/index.ts';
import type { Answers } from '../support/report-form.ts';

/** One person's way through everything; four of them share one small Internet, each with a page of its own. */
export interface Variant {
  name: string;
  lang: Lang;
  js: boolean;
  url: string;
  answers: Answers;
  /** What the page of the receipt says at the end, in order. */
  receipt?: string;
  item?: string;
}

export const photo = (n: number) => `http://photos.sample-host.example/p/${n}`;
export const base = { what: 'image-abuse', seen: 'public', when: 'week', age: '12-14' } as const;
export const VARIANTS: Variant[] = [
  {
    name: 'Arabic, without JavaScript, a child in danger',
    lang: 'ar',
    js: false,
    url: photo(61),
    answers: {
      ...base,
      who: 'child',
      danger: 'yes',
      whereabouts: 'قرب محطة القطار',
      links: photo(61),
      story: 'نشرو تصاوري',
    },
  },
  {
    name: 'Arabic, with JavaScript, words of danger',
    lang: 'ar',
    js: true,
    url: photo(62),
    answers: { ...base, who: 'witness', danger: 'unsure', links: photo(62), story: 'قالت لي بغيت نقتل راسي' },
  },
  {
    name: 'French, without JavaScript',
    lang: 'fr',
    js: false,
    url: photo(63),
    answers: {
      ...base,
      who: 'parent',
      danger: 'no',
      links: photo(63),
      story: 'Des photos de vacances.',
      contact: '0600000063',
    },
  },
  {
    name: 'French, with JavaScript',
    lang: 'fr',
    js: true,
    url: photo(64),
    answers: {
      ...base,
      who: 'professional',
      danger: 'no',
      links: photo(64),
      story: 'Vu en classe.',
      contact: '0600000064',
    },
  },
];

export const receiptOf = (variant: Variant): string => {
  if (!variant.receipt) throw new Error(`${variant.name}: was never sent`);
  return variant.receipt;
};
export const itemOf = (variant: Variant): string => {
  if (!variant.item) throw new Error(`${variant.name}: never reached the desk`);
  return variant.item;
};
