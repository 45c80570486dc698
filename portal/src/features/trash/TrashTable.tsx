import { Tooltip } from '@patternfly/react-core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import type { TrashEntryView, UndeletedView, Undeletion } from '@/api/generated';
import type { Page } from '@/api/pages';
import { DataTable, type Column } from '@/shared/DataTable';
import { shortDigest } from '@/shared/format';
import type { FilterField } from '@/shared/ListToolbar';
import { Time } from '@/shared/Time';
import type { ListState } from '@/shared/useListState';
import { isKind, type Kind } from './entries';
import './texts';

const DropDialog = lazy(() => import('./DropDialog'));
const UndeleteDialog = lazy(() => import('./UndeleteDialog'));

/** What can be done with a deletion: of a project's content, and of a project, these are different operations. */
export interface Trash {
  undelete: (entry: TrashEntryView, wanted: Undeletion) => Promise<UndeletedView>;
  drop: (entry: TrashEntryView) => Promise<unknown>;
  changes: QueryKey[];
  /** Where to see what came back. */
  addressOf: (entry: TrashEntryView) => string;
}

interface Props {
  label: string;
  list: UseQueryResult<Page<TrashEntryView>>;
  state: ListState;
  trash: Trash;
  /** The kinds to choose from. */
  kinds?: Kind[];
  empty: ReactNode;
}

/** Deletions, and what can be done with each. */
export function TrashTable({ label, list, state, trash, kinds = [], empty }: Props) {
  const { t } = useTranslation();
  const [opened, open] = useState<{ what: 'undelete' | 'drop'; entry: TrashEntryView }>();
  const close = () => open(undefined);
  const kindFilter: FilterField = {
    key: 'kind',
    label: t('trash.kind'),
    kind: 'choice',
    choices: kinds.map((kind) => ({ value: kind, label: t(`trash.kinds.${kind}`) })),
  };
  return (
    <>
      <DataTable
        label={label}
        columns={useColumns(kinds.length > 0)}
        list={list}
        state={state}
        rowKey={({ id }) => id}
        rowName={({ resource }) => resource}
        filters={[
          { key: 'resource', label: t('common.name'), kind: 'text' },
          ...(kinds.length > 0 ? [kindFilter] : []),
        ]}
        actions={(entry) => [
          ...(entry.restorable
            ? [{ title: t('trash.undelete'), onClick: () => open({ what: 'undelete', entry }) }]
            : []),
          { title: t('trash.drop'), isDanger: true, onClick: () => open({ what: 'drop', entry }) },
        ]}
        empty={empty}
      />
      <Suspense>
        {opened?.what === 'undelete' && <UndeleteDialog entry={opened.entry} trash={trash} onClose={close} />}
        {opened?.what === 'drop' && <DropDialog entry={opened.entry} trash={trash} onClose={close} />}
      </Suspense>
    </>
  );
}

function useColumns(withKind: boolean): Column<TrashEntryView>[] {
  const { t } = useTranslation();
  const kind: Column<TrashEntryView> = {
    key: 'kind',
    title: t('trash.kind'),
    sort: 'kind',
    render: (entry) => (isKind(entry.kind) ? t(`trash.kinds.${entry.kind}`) : entry.kind),
  };
  return [
    {
      key: 'resource',
      title: t('common.name'),
      sort: 'resource',
      breaks: true,
      render: (entry) => <Name of={entry} />,
    },
    ...(withKind ? [kind] : []),
    {
      key: 'deleted',
      title: t('trash.deleted'),
      sort: 'deletion_time',
      render: (entry) => <Time value={entry.deletion_time} />,
    },
    { key: 'by', title: t('trash.deletedBy'), sort: 'deleted_by', breaks: true, render: (entry) => entry.deleted_by },
    {
      key: 'until',
      title: t('trash.until'),
      render: (entry) => (entry.restorable ? <Time value={entry.restorable_until} /> : t('trash.expired')),
    },
  ];
}

/** The name, and what went with it. */
function Name({ of }: { of: TrashEntryView }) {
  const { t } = useTranslation();
  const { kind, resource, digest, artifact_count: artifacts, tag_count: tags, tags: names } = of;
  const shown = kind === 'artifact' && digest ? resource.replace(digest, shortDigest(digest)) : resource;
  const lost = [
    kind === 'repository' && artifacts ? t('trash.artifacts', { count: artifacts }) : '',
    kind !== 'tag' && tags ? t('trash.tags', { count: tags }) : '',
    kind === 'tag' && digest ? shortDigest(digest) : '',
  ].filter((part) => part !== '');
  const small = <span className="m-small">{lost.join(', ')}</span>;
  return (
    <>
      {shown}
      {lost.length > 0 && (
        <div>
          {names && names.length > 0 && kind !== 'tag' ? (
            <Tooltip content={names.join(', ')}>
              <span className="m-small" tabIndex={0}>
                {lost.join(', ')}
              </span>
            </Tooltip>
          ) : (
            small
          )}
        </div>
      )}
    </>
  );
}
