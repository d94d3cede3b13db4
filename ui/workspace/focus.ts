/**
 * Puts the focus where the keyboard goes on: on what is marked `data-home`, as the answer of the card, or what is asked
 * over it, which stands behind it. Under a dialog the browser refuses that: whoever closes one calls this.
 */
export function focusHome(): void {
  const marked = document.querySelectorAll<HTMLElement>("main [data-home=true]");
  marked.item(marked.length - 1)?.focus();
}
