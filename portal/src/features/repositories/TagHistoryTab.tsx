import { Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listTagHistory, type TagLifetimeView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { DigestLink } from './artifactColumns';
import { useRepository } from './useRepository';

const RevertTag = lazy(() => import('./RevertTag'));

/** What the tags of a repository named and name, the latest change first. */
export default function TagHistoryTab() {
  const { t } = useTranslation();
  const { project, name, key } = useRepository();
  const can = useCanInProject(project.project_id);
  const [reverting, setReverting] = useState<TagLifetimeView>();
  const state = useListState({ sort: '-start_time', filters: [{ key: 'tag', comparison: 'contains' }] });
  const list = useQuery({
    queryKey: key('history', state.query),
    queryFn: () =>
      page(
        listTagHistory({
          path: { project_name: String(project.project_id), repository_name: name },
          query: state.query,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <DataTable
        label={t('repositories.history.list', { name })}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={({ id }) => id}
        rowName={({ tag }) => tag}
        filters={[{ key: 'tag', label: t('repositories.tag'), kind: 'text' }]}
        actions={
          can('repository', 'push')
            ? (lifetime) =>
                lifetime.current
                  ? []
                  : [{ title: t('repositories.history.revert'), onClick: () => setReverting(lifetime) }]
            : undefined
        }
        empty={<Empty title={t('repositories.history.empty')}>{t('repositories.history.emptyHint')}</Empty>}
      />
      <Suspense>{reverting && <RevertTag lifetime={reverting} onClose={() => setReverting(undefined)} />}</Suspense>
    </>
  );
}

function useColumns(): Column<TagLifetimeView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'tag',
      title: t('repositories.tag'),
      sort: 'tag',
      breaks: true,
      render: ({ tag, current }) => (
        <>
          {tag}{' '}
          {current && (
            <Label color="green" isCompact>
              {t('repositories.history.current')}
            </Label>
          )}
        </>
      ),
    },
    {
      key: 'start',
      title: t('repositories.history.since'),
      sort: 'start_time',
      render: ({ start_time: start }) => <Time value={start} />,
    },
    {
      key: 'how',
      title: t('repositories.history.change'),
      sort: 'operation',
      render: (lifetime) => <Began of={lifetime} />,
    },
    {
      key: 'from',
      title: t('repositories.history.from'),
      render: ({ previous_digest: digest }) => digest && <DigestLink digest={digest} />,
    },
    { key: 'to', title: t('repositories.history.to'), render: ({ digest }) => <DigestLink digest={digest} /> },
    {
      key: 'end',
      title: t('repositories.history.until'),
      sort: 'end_time',
      render: (lifetime) => <Ended of={lifetime} />,
    },
  ];
}

function Began({ of: { operation, operator } }: { of: TagLifetimeView }) {
  const { t } = useTranslation();
  const known = operation === 'push' || operation === 'revert' || operation === 'undelete';
  return t('repositories.history.by', {
    what: known ? t(`repositories.history.operations.${operation}`) : operation,
    who: operator,
  });
}

function Ended({ of }: { of: TagLifetimeView }) {
  const { t } = useTranslation();
  if (of.current) return null;
  const known = of.end_operation === 'move' || of.end_operation === 'delete';
  const what = known ? t(`repositories.history.operations.${of.end_operation as 'move'}`) : (of.end_operation ?? '');
  return (
    <>
      <Time value={of.end_time} />
      <div className="m-small">{t('repositories.history.by', { what, who: of.end_operator ?? '' })}</div>
    </>
  );
}
