/** Shows the print buttons, which can do nothing without this script. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-island="print-button"]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
