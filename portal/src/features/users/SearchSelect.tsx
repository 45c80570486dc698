import {
  Button,
  MenuToggle,
  Select,
  SelectList,
  SelectOption,
  TextInputGroup,
  TextInputGroupMain,
  TextInputGroupUtilities,
} from '@patternfly/react-core';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';
import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

/** Waits a moment after a letter, so that a word is one request. */
const TYPING = 250;

interface Props<Item> {
  /** What is looked for; also shown while nothing is typed. */
  label: string;
  /** Before what was typed, in the key of the search. */
  queryKey: QueryKey;
  /** The first few on the server that match. */
  search: (text: string) => Promise<Item[]>;
  itemKey: (item: Item) => string | number;
  itemName: (item: Item) => string;
  /** Why one that was found cannot be chosen, such as that it is chosen already. */
  whyNot?: (item: Item) => string | undefined;
  onChoose: (item: Item) => void;
  isDisabled?: boolean;
}

/** Type-ahead: what is typed is looked for on the server, and one of what is found is chosen. */
export function SearchSelect<Item>(props: Props<Item>) {
  const { label, queryKey, search, itemKey, itemName, whyNot, onChoose, isDisabled } = props;
  const { t } = useTranslation();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [active, setActive] = useState(-1);
  const wanted = useLater(text.trim(), TYPING);
  const found = useQuery({
    queryKey: [...queryKey, wanted],
    queryFn: () => search(wanted),
    enabled: isOpen && wanted !== '',
    placeholderData: keepPreviousData,
  });
  const items = wanted === '' ? [] : (found.data ?? []);
  const choose = (item: Item) => {
    if (whyNot?.(item) !== undefined) return;
    onChoose(item);
    setText('');
    setActive(-1);
    setOpen(false);
  };
  const move = (step: number) => {
    setOpen(true);
    if (items.length > 0) setActive((active + step + items.length) % items.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(active < 0 ? 0 : -1);
    else if (event.key === 'Escape' && isOpen) {
      // Only the list is closed, not the dialog around it.
      event.nativeEvent.stopPropagation();
      setOpen(false);
    } else if (event.key === 'Enter') {
      const item = items[active] ?? (items.length === 1 ? items[0] : undefined);
      if (item !== undefined) choose(item);
    } else return;
    if (event.key !== 'Escape') event.preventDefault();
  };
  return (
    <Select
      isOpen={isOpen && wanted !== ''}
      onOpenChange={setOpen}
      onSelect={(_, key) => {
        const item = items.find((one) => itemKey(one) === key);
        if (item !== undefined) choose(item);
      }}
      variant="typeahead"
      toggle={(reference) => (
        <MenuToggle
          ref={reference}
          variant="typeahead"
          isExpanded={isOpen}
          isDisabled={isDisabled}
          aria-label={label}
          onClick={() => setOpen(!isOpen)}
        >
          <TextInputGroup isPlain isDisabled={isDisabled}>
            <TextInputGroupMain
              value={text}
              placeholder={label}
              autoComplete="off"
              role="combobox"
              aria-label={label}
              isExpanded={isOpen}
              aria-controls={`${id}-list`}
              aria-activedescendant={active >= 0 && active < items.length ? `${id}-${active}` : undefined}
              onChange={(_, value) => {
                setText(value);
                setActive(-1);
                setOpen(true);
              }}
              onClick={() => setOpen(true)}
              onKeyDown={onKeyDown}
            />
            {text !== '' && (
              <TextInputGroupUtilities>
                <Button
                  variant="plain"
                  icon={<TimesIcon />}
                  aria-label={t('users.clearSearch')}
                  onClick={() => setText('')}
                />
              </TextInputGroupUtilities>
            )}
          </TextInputGroup>
        </MenuToggle>
      )}
    >
      <SelectList id={`${id}-list`} aria-label={label}>
        {items.map((item, index) => {
          const reason = whyNot?.(item);
          return (
            <SelectOption
              key={itemKey(item)}
              id={`${id}-${index}`}
              value={itemKey(item)}
              isFocused={index === active}
              isAriaDisabled={reason !== undefined}
              description={reason}
            >
              {itemName(item)}
            </SelectOption>
          );
        })}
        {items.length === 0 && (
          <SelectOption isDisabled>
            {found.error?.message ?? t(found.isFetching ? 'common.loading' : 'users.nothingFound')}
          </SelectOption>
        )}
      </SelectList>
    </Select>
  );
}

/** The value as it was when it last stood still for that many milliseconds. */
function useLater(value: string, milliseconds: number): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return later;
}
