import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Suggest } from '@/shared/Suggest';
import { useDelayed } from '@/shared/useDelayed';
import './texts';

interface Props<Item> {
  /** What is looked for; also shown while nothing is typed. */
  label: string;
  /** Above what was found. */
  title: string;
  /** Before what was typed, in the key of the search. */
  queryKey: QueryKey;
  /** The first few on the server that match. */
  search: (text: string) => Promise<Item[]>;
  itemKey: (item: Item) => number;
  itemName: (item: Item) => string;
  /** Why one that was found cannot be chosen, such as that it is chosen already. */
  whyNot?: (item: Item) => string | undefined;
  onChoose: (item: Item) => void;
}

/** Type-ahead: what is typed is looked for on the server, and one of what is found is chosen. */
export function SearchSelect<Item>(props: Props<Item>) {
  const { label, title, queryKey, search, itemKey, itemName, whyNot, onChoose } = props;
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const wanted = useDelayed(text.trim());
  const found = useQuery({
    queryKey: [...queryKey, wanted],
    queryFn: () => search(wanted),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
  const items = wanted === '' ? [] : (found.data ?? []);
  const isNothing = wanted !== '' && items.length === 0 && !found.isFetching;
  return (
    <Suggest
      label={label}
      clear={t('users.clearSearch')}
      placeholder={label}
      text={text}
      onText={setText}
      groups={[{ key: 'found', title, items }]}
      itemKey={(item) => String(itemKey(item))}
      render={(item) => {
        const reason = whyNot?.(item);
        return (
          <>
            {itemName(item)} {reason && <small>{reason}</small>}
          </>
        );
      }}
      onChoose={(item) => {
        if (whyNot?.(item) !== undefined) return;
        setText('');
        onChoose(item);
      }}
      isLoading={found.isFetching}
      message={found.error?.message ?? (isNothing ? t('users.nothingFound') : undefined)}
    />
  );
}
