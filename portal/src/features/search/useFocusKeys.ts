import { useEffect, type RefObject } from 'react';

/** `/`, and K with Control or Command, lead to a field; `/` only where it is not typed as a text. */
export function useFocusKeys(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const withControl = event.ctrlKey || event.metaKey;
      const wanted = withControl ? event.key.toLowerCase() === 'k' : event.key === '/' && !event.altKey;
      if (!wanted || event.defaultPrevented || (!withControl && isTyping(event.target))) return;
      // An open dialog keeps the focus.
      if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [field]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
