/** A text field with what fits below it: arrow keys, Enter and Escape (ARIA "combobox" with a list box of groups). */

import { Button, Spinner, TextInputGroup, TextInputGroupMain, TextInputGroupUtilities } from '@patternfly/react-core';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import {
  useEffect,
  useId,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { useTranslation } from '@/texts';
import './suggest.css';

export interface SuggestGroup<Item> {
  key: string;
  title: string;
  items: Item[];
  /** Said below the items: that there are others. */
  more?: string;
}

interface Props<Item> {
  label: string;
  /** The name of the button that empties the field. */
  clear: string;
  placeholder?: string;
  text: string;
  onText: (text: string) => void;
  groups: SuggestGroup<Item>[];
  itemKey: (item: Item) => string;
  render: (item: Item) => ReactNode;
  onChoose: (item: Item) => void;
  /** The field was left, with or without a choice. */
  onLeave?: () => void;
  isLoading?: boolean;
  /** Said in place of the list: that nothing fits, what to type, what went wrong. */
  message?: ReactNode;
  icon?: ReactNode;
  /** At the end of the field while it is empty: the key that leads here. */
  hint?: ReactNode;
  fieldRef?: RefObject<HTMLInputElement | null>;
}

export function Suggest<Item>(props: Props<Item>) {
  const { label, clear, placeholder, text, onText, groups, itemKey, render, onChoose, message, icon, hint, fieldRef } =
    props;
  const { t } = useTranslation();
  const id = useId();
  const around = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const items = groups.flatMap((group) => group.items);
  const keys = items.map(itemKey);
  const [activeKey, setActiveKey] = useState<string>();
  const active = activeKey === undefined ? -1 : keys.indexOf(activeKey);
  const optionId = (index: number) => `${id}-option-${index}`;
  useClosing(around, isOpen, () => {
    setOpen(false);
    setActiveKey(undefined);
  });
  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-option-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  const choose = (item: Item) => {
    setOpen(false);
    setActiveKey(undefined);
    onChoose(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moved(event.key, active, items.length);
    if (move !== undefined && items.length > 0) {
      event.preventDefault();
      setOpen(true);
      setActiveKey(keys[move]);
      return;
    }
    if (event.key === 'Enter' && isOpen) {
      // The only one may be that of an earlier text while it is loading.
      const only = items.length === 1 && !props.isLoading ? items[0] : undefined;
      const chosen = items[active] ?? only;
      // A form around the field is not sent by choosing.
      event.preventDefault();
      if (chosen !== undefined) choose(chosen);
    }
  };
  const onLeave = () => {
    setOpen(false);
    props.onLeave?.();
  };
  const isShown = isOpen && (items.length > 0 || Boolean(message));
  return (
    <div ref={around} className="m-suggest" onBlur={(event) => leave(event, onLeave)}>
      <TextInputGroup>
        <TextInputGroupMain
          inputId={`${id}-field`}
          innerRef={fieldRef}
          icon={icon}
          value={text}
          placeholder={placeholder}
          aria-label={label}
          type="text"
          inputProps={{ autoComplete: 'off', 'aria-autocomplete': 'list' }}
          role="combobox"
          isExpanded={isShown}
          aria-controls={`${id}-list`}
          aria-activedescendant={isShown && active >= 0 ? optionId(active) : undefined}
          onChange={(_, value) => {
            onText(value);
            setActiveKey(undefined);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
        />
        <TextInputGroupUtilities>
          {props.isLoading && <Spinner size="md" aria-label={t('common.loading')} />}
          {text === '' && hint}
          {text !== '' && (
            <Button
              variant="plain"
              icon={<TimesIcon />}
              aria-label={clear}
              onClick={() => {
                onText('');
                document.getElementById(`${id}-field`)?.focus();
              }}
            />
          )}
        </TextInputGroupUtilities>
      </TextInputGroup>
      <div className="m-suggest-panel" hidden={!isShown}>
        <div id={`${id}-list`} role="listbox" aria-label={label}>
          {groups
            .filter((group) => group.items.length > 0)
            .map((group) => (
              <div key={group.key} role="group" aria-labelledby={`${id}-${group.key}`}>
                <div id={`${id}-${group.key}`} className="m-suggest-title" role="presentation">
                  {group.title}
                </div>
                {group.items.map((item) => {
                  const index = keys.indexOf(itemKey(item));
                  return (
                    <div
                      key={itemKey(item)}
                      id={optionId(index)}
                      role="option"
                      aria-selected={index === active}
                      className="m-suggest-option"
                      // The field keeps the focus.
                      onMouseDown={(event) => event.preventDefault()}
                      onMouseMove={() => setActiveKey(itemKey(item))}
                      onClick={() => choose(item)}
                    >
                      {render(item)}
                    </div>
                  );
                })}
                {group.more && (
                  <div className="m-suggest-more" role="presentation">
                    {group.more}
                  </div>
                )}
              </div>
            ))}
        </div>
        {message && (
          <div className="m-suggest-message" role="status">
            {message}
          </div>
        )}
      </div>
    </div>
  );
}

/** Where a key leads in a list, round its ends; undefined for other keys. */
function moved(key: string, active: number, count: number): number | undefined {
  if (key === 'ArrowDown') return (active + 1) % count;
  if (key === 'ArrowUp') return active <= 0 ? count - 1 : active - 1;
  return undefined;
}

function leave(event: FocusEvent<HTMLElement>, close: () => void) {
  if (!event.currentTarget.contains(event.relatedTarget)) close();
}

/** Closes by a click elsewhere, and by Escape: before the dialog around hears of it. */
function useClosing(around: RefObject<HTMLElement | null>, isOpen: boolean, close: () => void) {
  useEffect(() => {
    const element = around.current;
    if (!isOpen || element === null) return undefined;
    const outside = (event: MouseEvent) => {
      if (!(event.target instanceof Node) || !element.contains(event.target)) close();
    };
    const escape = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    };
    document.addEventListener('mousedown', outside);
    element.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('mousedown', outside);
      element.removeEventListener('keydown', escape);
    };
  });
}
