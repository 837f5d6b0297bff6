/**
 * The desk by keyboard: j/k move through the rows, Enter or o opens, a assesses, l locks, / goes to the filter, ? shows
 * the keys. The rows are links and the panel's buttons are forms, so that everything works without this script too.
 */
const OFF = 'desk-keys-off';
/** Where a keyboard writes Arabic or Tifinagh, the place of the key counts. `KeyQ` carries the A of French keyboards. */
const BY_PLACE: Record<string, string> = {
  KeyJ: 'j',
  KeyK: 'k',
  KeyO: 'o',
  KeyA: 'a',
  KeyQ: 'a',
  KeyL: 'l',
  Slash: '/',
};

function keyOf(event: KeyboardEvent): string {
  if (event.key === '؟') return '?';
  if (/^[\x21-\x7e]$/.test(event.key)) return event.key.toLowerCase();
  if (event.key.length > 1) return event.key;
  return event.code === 'Slash' && event.shiftKey ? '?' : (BY_PLACE[event.code] ?? '');
}

const storage = {
  get off(): boolean {
    try {
      return localStorage.getItem(OFF) === '1';
    } catch {
      return false;
    }
  },
  set off(value: boolean) {
    try {
      if (value) localStorage.setItem(OFF, '1');
      else localStorage.removeItem(OFF);
    } catch {
      // Storage is off in this browser: the choice holds for this page.
    }
  },
};

const help = document.querySelector<HTMLElement>('[data-island="desk-keys"]');
const rows = [...document.querySelectorAll<HTMLAnchorElement>('a[data-row]')];
let off = storage.off;
let at = rows.findIndex((row) => row.closest('tr')?.hasAttribute('aria-current'));
let asking: AbortController | undefined;
let settle: ReturnType<typeof setTimeout> | undefined;

/** Brings the panel of the row that was moved to; the newest move wins. */
async function loadPanel(link: HTMLAnchorElement): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(link.href, { signal: asking.signal });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('.desk-panel');
  const old = document.querySelector('.desk-panel');
  if (fresh && old) old.replaceWith(document.adoptNode(fresh));
  history.replaceState(null, '', link.href);
}

function move(step: number): void {
  const next = Math.min(Math.max(at + step, 0), rows.length - 1);
  const link = rows[next];
  if (!link) return;
  for (const row of rows) row.closest('tr')?.removeAttribute('aria-current');
  link.closest('tr')?.setAttribute('aria-current', 'true');
  link.focus();
  at = next;
  clearTimeout(settle);
  settle = setTimeout(() => {
    loadPanel(link).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === 'AbortError')) location.assign(link.href);
    });
  }, 150);
}

const open = (suffix: string) => {
  const id = rows[at]?.dataset.row;
  if (id) location.assign(`/desk/items/${id}${suffix}`);
};

/** The panel may still be that of the row before: then the item's own page locks it. */
function lock(): void {
  const id = rows[at]?.dataset.row;
  const form = document.querySelector<HTMLFormElement>('.desk-panel form[data-lock-form]');
  if (form && id && new URL(form.action).pathname.startsWith(`/desk/items/${id}/`)) form.requestSubmit();
}

const ACTIONS: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  o: () => open(''),
  a: () => open('#assess'),
  l: lock,
  '/': () => {
    const field = document.querySelector<HTMLInputElement>('.filters input[name="host"]');
    const fold = field?.closest('details');
    if (fold) fold.open = true;
    field?.focus();
  },
  '?': () => {
    const details = help?.querySelector('details');
    if (!details) return;
    details.open = !details.open;
    details.querySelector('summary')?.focus();
  },
};

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

document.addEventListener('keydown', (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = keyOf(event);
  const onRow = event.target instanceof HTMLAnchorElement && event.target.dataset.row !== undefined;
  const action = key === 'Enter' && onRow ? ACTIONS.o : ACTIONS[key];
  if (!action) return;
  event.preventDefault();
  action();
});
for (const [i, row] of rows.entries())
  row.addEventListener('focus', () => {
    at = i;
  });

const choice = help?.querySelector<HTMLElement>('[data-keys-switch]');
const box = choice?.querySelector('input');
if (choice && box) {
  choice.hidden = false;
  box.checked = !off;
  box.addEventListener('change', () => {
    off = !box.checked;
    storage.off = off;
  });
}
