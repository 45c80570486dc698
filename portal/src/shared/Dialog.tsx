import { Modal, type ModalProps } from '@patternfly/react-core';
import { useEffect, useLayoutEffect, useState } from 'react';

/** Where dialogs are, from the first that was opened to the one on top. */
const places: HTMLElement[] = [];

/** Puts a dialog on top; returns how to take it away. Only what is on top is there for those who cannot see the page. */
function putOnTop(place: HTMLElement): () => void {
  document.body.append(place);
  places.push(place);
  hideBelow();
  return () => {
    places.splice(places.indexOf(place), 1);
    place.remove();
    hideBelow();
  };
}

function hideBelow(): void {
  const top = places.at(-1);
  for (const element of [document.getElementById('root'), ...places]) {
    if (top === undefined || element === top) element?.removeAttribute('aria-hidden');
    else element?.setAttribute('aria-hidden', 'true');
  }
  document.body.classList.toggle('pf-v6-c-backdrop__open', top !== undefined);
}

type Props = Omit<ModalProps, 'ref' | 'appendTo' | 'onEscapePress' | 'onClose'> & {
  /** By its button, and by Escape; without it, neither closes the dialog. */
  onClose?: () => void;
  /** For a dialog whose button to close is not this one's: what Escape does. */
  onEscape?: () => void;
};

/**
 * PatternFly's modal with a place of its own in the page. In the same one, each modal hides whatever is beside it, toasts
 * as well, and shows everything again when it goes, though another is still open; and Escape closes all of them.
 */
export function Dialog({ isOpen = true, onClose, onEscape = onClose, ...props }: Props) {
  const [place] = useState(() => document.createElement('div'));
  useLayoutEffect(() => (isOpen ? putOnTop(place) : undefined), [isOpen, place]);
  useEffect(() => {
    // The focus may be outside, so the place would not hear of every key.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && places.at(-1) === place) onEscape?.();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [place, onEscape]);
  return <Modal isOpen={isOpen} appendTo={place} onClose={onClose} onEscapePress={ignore} {...props} />;
}

function ignore(): void {
  // Only the dialog on top closes.
}
