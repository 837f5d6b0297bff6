import { describe, expect, it } from 'vitest';
import { worthItsOwn } from './sighting.ts';

const FROM = 'http://site.example/p/7';
const leads = (url: string, from = FROM) => worthItsOwn({ url, kind: 'redirect' }, from);

describe('what a machine saw at an address', () => {
  it.each([
    'https://elsewhere.example/p/7',
    'https://elsewhere.example/',
    'https://site.example/albums/7?page=2',
    'https://other.site.example/p/7',
  ])('is worth a judgement: %s', (url) => expect(leads(url)).toBe(true));

  it.each([
    'https://site.example/p/7',
    'https://www.site.example/p/7/',
    'https://site.example/p/7#top',
    'https://site.example/',
    'https://site.example/fr/',
    'https://site.example/login?next=%2Fp%2F7',
    'https://elsewhere.example/accounts/login/',
    'https://site.example/age-check',
    'about:blank',
    'data:text/html,x',
    'chrome-error://chromewebdata/',
    'nothing',
  ])('is not: %s', (url) => expect(leads(url)).toBe(false));

  it('is worth it as media wherever it lies', () => {
    expect(worthItsOwn({ url: 'https://site.example/login/big.mp4', kind: 'media' }, FROM)).toBe(true);
    expect(worthItsOwn({ url: 'blob:https://site.example/1', kind: 'media' }, FROM)).toBe(false);
  });
});
