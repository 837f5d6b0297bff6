import { describe, expect, it } from 'vitest';
import { LANGS } from '../../i18n/index.ts';
import { Field, Shell, type ShellPage } from '../index.ts';
import { render } from '../render.testkit.tsx';

const page: ShellPage = { title: 'Weather', shell: 'public', path: '/report' };
const lines = ['19', '177', '2511'].map((tel) => ({ id: tel, label: `Line ${tel}`, tel }));
const frame = (over: Partial<ShellPage> = {}, lang: (typeof LANGS)[number] = 'en') =>
  render(<Shell page={{ ...page, ...over }}>content</Shell>, {
    lang,
    data: {
      helpLines: lines,
      user: { name: 'A', exposure: { usedMs: 18 * 60_000, budgetMs: 3_600_000 } },
      deskNav: [{ id: 'queue', href: '/desk', label: 'Incoming', icon: 'inbox', count: 14 }],
      demo: true,
    },
  });

describe('public frame', () => {
  it.each(LANGS)('names its language and direction (%s) and offers the others', (lang) => {
    const html = frame({}, lang);
    expect(html).toContain(`<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"`);
    const offered = LANGS.filter((l) => html.includes(`href="/${l}/report"`));
    expect(offered).toEqual(LANGS.filter((l) => l !== lang));
  });

  it('hides the switcher on a page that exists in no other language', () => {
    expect(frame({ path: undefined })).not.toContain('hreflang');
  });

  it('shows the first two lines to call, in the order of the data', () => {
    const dialled = [...frame().matchAll(/href="tel:(\d+)"/g)].map((m) => m[1]);
    expect(dialled).toEqual(['19', '177']);
  });

  it('can be left by a plain link that says nothing about where one was', () => {
    expect(frame()).toMatch(/<a class="quick-exit" href="\/exit\?lang=en" rel="noreferrer nofollow"/);
  });

  it('keeps the title of the page as it is, since it stays in the history', () => {
    expect(frame()).toContain('<title>Weather</title>');
  });

  it('has no style attribute and no inline script: the content security policy refuses both', () => {
    expect(frame()).not.toMatch(/ style=|<script>|javascript:/);
  });

  it('leads everybody to who answers, privacy and accessibility', () => {
    for (const path of ['who-answers', 'privacy/children', 'privacy', 'accessibility'])
      expect(frame()).toContain(`href="/en/${path}"`);
    expect(frame()).toContain('A report is not a formal complaint.');
  });

  it('labels a demonstration', () => {
    expect(frame()).toContain('Demonstration data');
  });
});

describe('other frames', () => {
  it('gives the desk its rooms and the time looked today, and no exit button', () => {
    const html = frame({ shell: 'desk', nav: 'queue', path: '/desk' });
    expect(html).toMatch(/href="\/desk" aria-current="page"/);
    expect(html).toContain('Exposure today: 18 of 60 minutes');
    expect(html).not.toContain('quick-exit');
    expect(html).toContain('action="/desk/sign-out"');
  });

  it('leaves the plain page alone', () => {
    const html = frame({ shell: 'plain' });
    expect(html).not.toMatch(/quick-exit|help-strip|<footer/);
  });

  it('loads itself again when asked to', () => {
    expect(frame({ refresh: 5 })).toContain('<meta http-equiv="refresh" content="5"/>');
  });
});

describe('islands', () => {
  it('asks for the scripts of the components that are on the page, and no others', () => {
    const withCounter = render(
      <Shell page={{ ...page, shell: 'plain' }}>
        <Field name="x" type="textarea" label="x" counter maxLength={10} />
      </Shell>,
    );
    const scripts = (html: string) => [...html.matchAll(/src="\/assets\/([\w-]+)\.island-/g)].map((m) => m[1]);
    expect(withCounter).toContain('data-island="char-counter"');
    // Before the first build there are no scripts to name.
    if (withCounter.includes('rel="stylesheet"')) {
      expect(scripts(withCounter)).toEqual(['char-counter']);
      expect(scripts(frame())).toEqual(['quick-exit']);
    }
  });
});
