import { Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listTagHistory, type TagLifetimeView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { DigestLink } from './artifactColumns';
import { useRepository } from './useRepository';
import './texts';

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
        isWide
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

interface Of {
  of: TagLifetimeView;
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
        <span>
          {tag}{' '}
          {current && (
            <Label color="green" isCompact>
              {t('repositories.history.current')}
            </Label>
          )}
        </span>
      ),
    },
    {
      key: 'start',
      title: t('repositories.history.since'),
      sort: 'start_time',
      render: (lifetime) => <Began of={lifetime} />,
    },
    {
      key: 'from',
      title: t('repositories.history.from'),
      render: ({ previous_digest: digest }) => digest && <DigestLink digest={digest} />,
    },
    { key: 'to', title: t('repositories.history.to'), render: ({ digest }) => <DigestLink digest={digest} isCopied /> },
    {
      key: 'end',
      title: t('repositories.history.until'),
      sort: 'end_time',
      render: (lifetime) => <Ended of={lifetime} />,
    },
  ];
}

function Began({ of: { operation, operator, start_time: start } }: Of) {
  return <Change time={start} operation={operation} operator={operator} />;
}

function Ended({ of: { current, end_operation: operation, end_operator: operator, end_time: end } }: Of) {
  return current ? null : <Change time={end} operation={operation} operator={operator} />;
}

const OPERATIONS = ['push', 'revert', 'undelete', 'move', 'delete'] as const;

interface ChangeProps {
  time: string | null | undefined;
  operation: string | null | undefined;
  operator: string | null | undefined;
}

/** When something was done, and below it what and by whom. */
function Change({ time, operation, operator }: ChangeProps) {
  const { t } = useTranslation();
  const known = OPERATIONS.find((one) => one === operation);
  const what = known ? t(`repositories.history.operations.${known}`) : (operation ?? '');
  return (
    <>
      <Time value={time} />
      <div className="m-small">{t('repositories.history.by', { what, who: operator ?? '' })}</div>
    </>
  );
}
