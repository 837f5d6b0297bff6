import type { Page } from 'playwright-core';

/** One stop of the Tab key. */
interface Stop {
  /** Place among the controls of the page, in the order of its text; -1 for a region that only scrolls. */
  index: number;
  name: string;
  /** Something that can be seen says that the focus is here. */
  ring: boolean;
  /** Nothing lies on it, and it is in the window. */
  clear: boolean;
  box: { left: number; right: number; top: number; bottom: number };
}

export interface Walk {
  /** Controls that the page has. */
  controls: number;
  faults: string[];
}

const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';

/** Unfolds what is folded and numbers the controls that the Tab key should reach. */
function number(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const main = document.querySelector('main');
    for (const part of main?.querySelectorAll<HTMLDetailsElement>('details:not([open])') ?? []) {
      part.open = true;
      part.setAttribute('data-unfolded', '');
    }
    const groups = new Set<string>();
    const names: string[] = [];
    for (const el of main?.querySelectorAll<HTMLElement>(selector) ?? []) {
      if (!el.checkVisibility({ visibilityProperty: true }) || el.matches(':disabled, [tabindex="-1"], [inert] *'))
        continue;
      if (el instanceof HTMLInputElement && el.type === 'radio') {
        // The arrows move within a group; Tab stops once.
        const group = `${el.form?.action} ${el.name}`;
        const chosen = el.form?.querySelector(`input[name="${CSS.escape(el.name)}"]:checked`);
        if (groups.has(group) || (chosen && chosen !== el)) continue;
        groups.add(group);
      }
      el.setAttribute('data-stop', String(names.length));
      const label = el.getAttribute('aria-label') ?? el.textContent?.trim() ?? '';
      names.push(
        `${el.tagName.toLowerCase()}${el.getAttribute('name') ? `[${el.getAttribute('name')}]` : ''} ${label.slice(0, 40)}`,
      );
    }
    return names;
  }, CONTROLS);
}

/** Pressed in one go: the browser takes keys in their order, and nobody waits for each. */
const BURST = 24;
async function tabs(page: Page): Promise<void> {
  await Promise.all(Array.from({ length: BURST }, () => page.keyboard.down('Tab')));
  await page.keyboard.up('Tab');
}

/**
 * Notes each stop in `main` when the next Tab is pressed, by when its page has been scrolled to it; what comes after the
 * focus has left is not of this walk.
 */
function takeNotes(page: Page): Promise<void> {
  return page.evaluate(() => {
    const notes = { stops: [] as Stop[], left: false };
    Object.assign(window, { notes });
    const outlined = (of: Element | null) => {
      if (!of) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(of);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
    };
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Tab' || notes.left) return;
        const el = document.activeElement;
        if (!(el instanceof HTMLElement) || !el.closest('main')) {
          notes.left = true;
          return;
        }
        if (el.matches('main')) return;
        const r = el.getBoundingClientRect();
        const hit = document.elementFromPoint(r.left + Math.min(r.width / 2, 40), r.top + Math.min(r.height / 2, 20));
        const label =
          el.closest('label') ?? (el.id ? document.querySelector(`label[for="${CSS.escape(el.id)}"]`) : null);
        notes.stops.push({
          index: Number(el.getAttribute('data-stop') ?? -1),
          name: el.tagName,
          ring: outlined(el) || outlined(label) || outlined(el.parentElement),
          clear: hit !== null && (el.contains(hit) || hit.contains(el) || (label?.contains(hit) ?? false)),
          box: { left: r.left, right: r.right, top: r.top + scrollY, bottom: r.bottom + scrollY },
        });
      },
      { capture: true },
    );
  });
}

const notesOf = (page: Page): Promise<{ stops: Stop[]; left: boolean }> =>
  page.evaluate(() => (window as unknown as { notes: { stops: Stop[]; left: boolean } }).notes);

/** From the top of the page past everything that every page has: the way that the first link offers. */
export async function skipToMain(page: Page): Promise<void> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
    // Where the Tab key goes on from.
    getSelection()?.removeAllRanges();
    document.body.setAttribute('tabindex', '-1');
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  for (let tries = 0; tries < 5; tries++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.matches('a[href="#main"]') ?? false)) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('main') ?? false, undefined, { timeout: 3_000 });
}

/** Earlier in reading order than the stop before it: above and not beside, or before it on the same line. */
function backwards(before: Stop, next: Stop, rtl: boolean): boolean {
  const [a, b] = [before.box, next.box];
  const further = rtl ? b.right <= a.left + 2 : b.left >= a.right - 2;
  const behind = rtl ? b.left >= a.right - 2 : b.right <= a.left + 2;
  if (b.bottom <= a.top + 2) return !further;
  const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const sameLine = shared > 0.5 * Math.min(a.bottom - a.top, b.bottom - b.top);
  return sameLine && behind;
}

/** Folds again what {@link number} unfolded: whoever goes on with the page finds it as it was. */
const foldAgain = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const part of document.querySelectorAll<HTMLDetailsElement>('details[data-unfolded]')) {
      part.open = false;
      part.removeAttribute('data-unfolded');
    }
  });

/**
 * Walks through everything of a page with the Tab key alone: each control once, in the order in which it is seen. What is
 * folded is unfolded for the walk, and folded again after it.
 */
export async function walk(page: Page): Promise<Walk> {
  const faults: string[] = [];
  await skipToMain(page);
  const names = await number(page);
  const rtl = await page.evaluate(() => document.documentElement.dir === 'rtl');
  await takeNotes(page);
  const most = names.length * 2 + 30;
  let presses = 0;
  let notes = await notesOf(page);
  for (; presses < most && !notes.left; presses += BURST) {
    await tabs(page);
    notes = await notesOf(page);
  }
  await foldAgain(page);
  const seen = new Set<number>();
  let last: Stop | undefined;
  for (const stop of notes.stops) {
    // Parts of a date, and regions that scroll.
    if (stop.index === -1 || stop.index === last?.index) continue;
    const name = names[stop.index] ?? stop.name;
    if (seen.has(stop.index)) faults.push(`${name} comes twice`);
    seen.add(stop.index);
    if (!stop.ring) faults.push(`nothing shows that the focus is on ${name}`);
    if (!stop.clear) faults.push(`something lies on ${name} while it has the focus`);
    if (last && stop.index < last.index) faults.push(`${name} comes after ${names[last.index]}`);
    if (last && backwards(last, stop, rtl))
      faults.push(`${name} is seen before ${names[last.index]}, and comes after it`);
    last = stop;
  }
  if (!notes.left) faults.push('the Tab key does not lead out again');
  for (const [i, name] of names.entries()) if (!seen.has(i)) faults.push(`${name} is not reached`);
  return { controls: names.length, faults };
}

/** Goes on with the Tab key until the focus is on what `selector` names; what is pressed beyond it is not heard. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await page.evaluate((wanted) => {
    const stay = (event: KeyboardEvent) => {
      if (event.key === 'Tab' && document.activeElement?.matches(wanted)) event.preventDefault();
    };
    const { staying } = window as unknown as { staying?: typeof stay };
    if (staying) removeEventListener('keydown', staying, { capture: true });
    addEventListener('keydown', stay, { capture: true });
    Object.assign(window, { staying: stay });
  }, selector);
  for (let presses = 0; presses < 250; presses += BURST) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await tabs(page);
  }
  if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
  throw new Error(`the Tab key does not reach ${selector} at ${page.url()}`);
}

/** One step of what somebody does by keyboard. */
export type KeyStep =
  /** Presses a key on a control; Enter unless told. */
  | { on: string; key?: 'Enter' | 'Space' | 'ArrowDown'; downloads?: boolean }
  /** Types into a field. */
  | { on: string; type: string };

/** Does one thing by keyboard alone, beginning at the top of the page; answers the status of the page it led to. */
export async function doByKeyboard(page: Page, steps: readonly KeyStep[]): Promise<number> {
  await skipToMain(page);
  const last = steps.at(-1);
  let status = 0;
  for (const step of steps) {
    await tabTo(page, step.on);
    if ('type' in step) await page.keyboard.type(step.type);
    else if (step === last) {
      const answered = page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 303);
      const there = step.downloads ? page.waitForEvent('download') : page.waitForEvent('load');
      await page.keyboard.press(step.key ?? 'Enter');
      status = (await answered).status();
      await there;
    } else await page.keyboard.press(step.key ?? 'Enter');
  }
  return status;
}
