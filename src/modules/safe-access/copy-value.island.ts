/** Shows the copy buttons, which can do nothing without this script, and says that it was done. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-island="copy-value"]')) {
  const value = document.getElementById(button.dataset.from ?? '')?.textContent?.trim();
  const said = document.getElementById(`${button.dataset.from}-said`);
  if (!value || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(value).then(
      () => {
        if (said) said.textContent = button.dataset.done ?? '';
      },
      () => {
        // Refused by the browser: then the words are marked, and the device's own "copy" does it.
        const words = document.getElementById(button.dataset.from ?? '');
        if (words) getSelection()?.selectAllChildren(words);
      },
    );
  });
}
