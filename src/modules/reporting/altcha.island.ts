import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';

/** Solves the proof of work while the page is read; nobody waits for it, and sending without it still works. */
async function solve(box: HTMLElement): Promise<void> {
  const field = box.querySelector<HTMLInputElement>('input[name=altcha]');
  const url = box.dataset.challenge;
  if (!field || !url) return;
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) return;
  const challenge = await answer.json();
  const solution = await solveChallenge({ challenge, deriveKey });
  if (solution) field.value = btoa(JSON.stringify({ challenge, solution }));
}

for (const box of document.querySelectorAll<HTMLElement>('[data-island=altcha]')) void solve(box).catch(() => {});
