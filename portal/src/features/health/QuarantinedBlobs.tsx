import { Alert, List, ListItem } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { listQuarantinedBlobs, type QuarantinedBlobView } from '@/api/generated';
import { page } from '@/api/pages';
import { Digest } from '@/shared/Copy';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { formatBytes } from '@/shared/format';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { BrokenArtifacts } from './BrokenArtifacts';
import './texts';

/** Blobs that nobody is given, what they break, and what ends that. */
export function QuarantinedBlobs() {
  const { t } = useTranslation();
  const state = useListState({ sort: '-quarantine_time' });
  const list = useQuery({
    queryKey: ['health', 'quarantine', state.query],
    queryFn: () => page(listQuarantinedBlobs({ query: state.query })),
    placeholderData: keepPreviousData,
  });
  const isAny = (list.data?.total ?? 0) > 0;
  return (
    <>
      {isAny && (
        <Alert variant="info" isInline component="h3" title={t('health.blobs.whatToDo')}>
          <List>
            {(['push', 'source', 'copy', 'give'] as const).map((way) => (
              <ListItem key={way}>{t(`health.blobs.${way}`)}</ListItem>
            ))}
          </List>
        </Alert>
      )}
      <DataTable
        label={t('health.blobs.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(blob) => blob.digest}
        rowName={(blob) => blob.digest}
        expanded={(blob) => <BrokenArtifacts digest={blob.digest} />}
        empty={<Empty title={t('health.blobs.empty')}>{t('health.blobs.emptyHint')}</Empty>}
      />
    </>
  );
}

function useColumns(): Column<QuarantinedBlobView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'digest',
      title: t('health.blobs.digest'),
      sort: 'digest',
      render: (blob) => <Digest value={blob.digest} />,
    },
    {
      key: 'size',
      title: t('health.blobs.size'),
      sort: 'size',
      align: 'right',
      render: (blob) => formatBytes(blob.size),
    },
    {
      key: 'since',
      title: t('health.blobs.since'),
      sort: 'quarantine_time',
      render: (blob) => <Time value={blob.quarantine_time} />,
    },
    {
      key: 'reason',
      title: t('health.blobs.reason'),
      sort: 'reason',
      breaks: true,
      width: 35,
      render: (blob) => blob.reason,
    },
    { key: 'artifacts', title: t('health.blobs.artifacts'), align: 'right', render: (blob) => blob.artifact_count },
  ];
}
