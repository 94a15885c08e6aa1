/**
 * A closed list opens before anything in it is chosen: a browser would have arrows and letters choose at once, unseen, and
 * what is chosen here may have its effect at once. Open, it takes Enter for yes and Escape for no (styles/base.css).
 */
export function opensFirst(list: HTMLSelectElement): () => void {
  // Where open and closed cannot be told apart, it stays as the browser has it.
  if (!CSS.supports('selector(:open)')) return () => {};
  const press = (event: KeyboardEvent): void => {
    if (list.matches(':open')) {
      // No to this list is no to the dialog that it is in.
      if (event.key === 'Escape') event.stopPropagation();
    } else if (wouldChoose(event)) {
      event.preventDefault();
      list.showPicker();
    }
  };
  list.addEventListener('keydown', press);
  return () => list.removeEventListener('keydown', press);
}

function wouldChoose({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (/^(Arrow|Page)|^(Home|End)$/.test(key)) return true;
  return key.length === 1 && key !== ' ' && !ctrlKey && !altKey && !metaKey;
}
