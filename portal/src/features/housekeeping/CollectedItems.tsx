import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { getGcItems, type CollectedItem } from '@/api/generated';
import { page } from '@/api/pages';
import { Digest } from '@/shared/Copy';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { formatBytes } from '@/shared/format';
import { useListState, type FilterSpec } from '@/shared/useListState';
import './texts';

const KINDS = ['untagged', 'deletion', 'blob', 'manifest'] as const;

const FILTERS: FilterSpec[] = [
  { key: 'kind', comparison: 'exact' },
  { key: 'name', comparison: 'contains' },
];

interface Props {
  /** Of the collection. */
  id: number;
  isDry: boolean;
  /** It goes on, so that there may be more. */
  isLive: boolean;
}

/** What a collection deleted, or would delete. */
export function CollectedItems({ id, isDry, isLive }: Props) {
  const { t } = useTranslation();
  const state = useListState({ filters: FILTERS, pageSize: 25 });
  const list = useQuery({
    // Asked again when the collection has ended: it may have deleted something since.
    queryKey: ['gc', 'run', id, 'items', isLive, state.query],
    queryFn: () => page(getGcItems({ path: { gc_id: id }, query: state.query })),
    placeholderData: keepPreviousData,
    refetchInterval: isLive ? 3000 : false,
  });
  const ended = isDry ? 'housekeeping.gc.items.dryEmpty' : 'housekeeping.gc.items.empty';
  return (
    <DataTable
      label={t('housekeeping.gc.items.list')}
      columns={useColumns()}
      list={list}
      state={state}
      rowKey={(item) => `${item.kind} ${item.name}`}
      rowName={(item) => item.name}
      filters={[
        {
          key: 'kind',
          label: t('housekeeping.gc.items.kind'),
          kind: 'choice',
          choices: KINDS.map((value) => ({ value, label: t(`housekeeping.gc.items.kinds.${value}`) })),
        },
        { key: 'name', label: t('common.name'), kind: 'text' },
      ]}
      empty={
        <Empty title={t(isLive ? 'housekeeping.gc.items.running' : ended)}>
          {t(isLive ? 'housekeeping.gc.items.runningHint' : 'housekeeping.gc.items.emptyHint')}
        </Empty>
      }
    />
  );
}

function useColumns(): Column<CollectedItem>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'kind',
      title: t('housekeeping.gc.items.kind'),
      sort: 'kind',
      width: 25,
      render: ({ kind }) => (isKind(kind) ? t(`housekeeping.gc.items.kinds.${kind}`) : kind),
    },
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      breaks: true,
      render: ({ kind, name }) => (kind === 'blob' || kind === 'manifest' ? <Digest value={name} /> : name),
    },
    {
      key: 'size',
      title: t('housekeeping.gc.items.size'),
      sort: 'size',
      align: 'right',
      render: ({ size }) => (size > 0 ? formatBytes(size) : '–'),
    },
  ];
}

function isKind(kind: string): kind is (typeof KINDS)[number] {
  return (KINDS as readonly string[]).includes(kind);
}
