import { describe, expect, it } from 'vitest';
import { greyPng } from './grey.ts';
import { contentMedia, MAX_MEDIA } from './media.ts';

const PAGE = 'https://page.example/1';
const got = (name: string, data: Buffer, type = 'image/png', status = 200) => ({
  url: `https://page.example/${name}`,
  status,
  body: data,
  decoded: data,
  rawHeaders: ['Content-Type', type],
});
const names = (...seen: ReturnType<typeof got>[]) =>
  contentMedia(seen, [PAGE]).map((url) => url.slice('https://page.example/'.length));

describe('media of a page that people should judge', () => {
  it('are large pictures, the largest first, each once', () => {
    expect(
      names(
        got('small', greyPng(400, 300)),
        got('large', greyPng(1600, 1200)),
        got('small', greyPng(400, 300)),
        got('1', greyPng(800, 800)),
      ),
    ).toEqual(['large', 'small']);
  });

  it('are neither icons, nor banners, nor drawings, nor what did not come', () => {
    expect(
      names(
        got('icon', greyPng(64, 64)),
        got('banner', greyPng(1800, 200)),
        got(
          'logo.svg',
          Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>'),
          'image/svg+xml',
        ),
        got('lie', Buffer.from('these are only words, and many of them'), 'image/png'),
        got('missing', greyPng(800, 800), 'image/png', 404),
        got('script', Buffer.from('let a = 1;'), 'text/javascript'),
      ),
    ).toEqual([]);
  });

  it('are films and sound, also in pieces, before every picture', () => {
    const film = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(40)]);
    expect(
      names(
        got('picture', greyPng(800, 800)),
        got('film.webm', film, 'application/octet-stream'),
        got('piece', Buffer.alloc(50), 'video/mp4', 206),
        got('voice', Buffer.alloc(50), 'audio/ogg'),
      ),
    ).toEqual(['film.webm', 'piece', 'voice', 'picture']);
  });

  it('are never more than a person would look through', () => {
    expect(names(...Array.from({ length: 40 }, (_, i) => got(`p${i}`, greyPng(300 + i, 300 + i))))).toHaveLength(
      MAX_MEDIA,
    );
  });
});
