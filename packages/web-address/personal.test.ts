import { describe, expect, it } from 'vitest';
import { personalParts } from './personal.ts';

describe('links made for one person', () => {
  it.each([
    ['https://photos.example/album/7?token=abc', ['token']],
    ['https://photos.example/invite/4f9c2b7ae01d4c6f8a3b5d7e9f1a2c3d', ['path']],
    ['https://photos.example/s/3f2504e0-4f89-11d3-9a0c-0305e82c3301', ['path']],
    ['https://drive.example/file/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/view', ['path']],
    ['https://a.example/x?u=salma%40mail.example', ['u']],
    ['https://a.example/x?m=salma@mail.example', ['m']],
    ['https://a.example/unsubscribe/salma@mail.example', ['path']],
    ['https://a.example/r?next=/home&sid=1', ['sid']],
    ['https://a.example/#access=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x', ['fragment']],
    ['https://u:p@a.example/', ['userinfo']],
    ['https://a.example/reset?email=x&code=12', ['email', 'code']],
  ])('%s', (url, parts) => {
    expect(personalParts(url)).toEqual(parts);
  });

  it.each([
    'https://photos.sample-host.example/p/7',
    'https://video.example/watch?v=dQw4w9WgXcQ&t=42',
    'https://news.example/2026/11/24/une-longue-histoire-avec-beaucoup-de-mots-dans-le-titre',
    'https://ar.example/%D8%B5%D9%88%D8%B1/%D9%82%D8%AF%D9%8A%D9%85%D8%A9',
    'https://forum.example/viewtopic.php?f=3&t=12345&start=20',
    'https://shop.example/search?q=photo+album&page=2&lang=fr',
    'not an address',
  ])('nothing in %s', (url) => {
    expect(personalParts(url)).toEqual([]);
  });
});
