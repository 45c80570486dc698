import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { search } from '@/api/generated';
import { body } from '@/api/pages';
import { useSession } from '@/session/session';
import { useDelayed } from '@/shared/useDelayed';
import { Suggest } from '@/shared/Suggest';
import { groupsOf, type Found } from './found';
import { useFocusKeys } from './useFocusKeys';
import './search.css';
import './texts';

/** In the masthead: finds projects, repositories, tags and labels by their names. */
export default function GlobalSearch() {
  const { t } = useTranslation();
  const { user } = useSession();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const wanted = useDelayed(text.trim());
  useFocusKeys(field);
  const found = useQuery({
    queryKey: ['search', wanted],
    queryFn: ({ signal }) => body(search({ query: { q: wanted, include: 'tags,labels' }, signal })),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
  const groups = wanted === '' || found.data === undefined ? [] : groupsOf(found.data, user?.sysadmin_flag ?? false);
  const isCurrent = wanted === text.trim() && !found.isFetching;
  const message = () => {
    if (found.error !== null) return t('search.failed', { message: found.error.message });
    return wanted !== '' && isCurrent && groups.length === 0 ? t('search.nothing') : undefined;
  };
  return (
    <div className="m-global-search" role="search">
      <Suggest<Found>
        label={t('search.label')}
        clear={t('search.clear')}
        placeholder={t('search.placeholder')}
        icon={<SearchIcon />}
        hint={<kbd title={t('search.key')}>/</kbd>}
        fieldRef={field}
        text={text}
        onText={setText}
        groups={groups.map(({ kind, items, more }) => ({
          key: kind,
          title: t(`search.kinds.${kind}`),
          items,
          more: more > 0 ? t('search.more', { count: more }) : undefined,
        }))}
        itemKey={(item) => item.key}
        render={(item) => <Row item={item} />}
        onChoose={(item) => {
          setText('');
          field.current?.blur();
          void navigate(item.address);
        }}
        isLoading={text.trim() !== '' && !isCurrent}
        message={message()}
      />
    </div>
  );
}

function Row({ item }: { item: Found }) {
  return (
    <span className="m-found">
      <span>{item.name}</span> {item.place !== '' && <small>{item.place}</small>}
    </span>
  );
}
