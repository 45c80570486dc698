import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { listUserGroups, type GroupView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInSystem } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { PageHeader } from '@/shared/PageHeader';
import { useListState } from '@/shared/useListState';
import type { Opened } from './GroupDialogs';
import { KindName } from './KindName';
import './texts';

const GroupDialogs = lazy(() => import('./GroupDialogs'));

/** Groups of users, which can be members of projects. */
export default function GroupsPage() {
  const { t } = useTranslation();
  const can = useCanInSystem();
  const [opened, setOpened] = useState<Opened | null>(null);
  const state = useListState({ filters: [{ key: 'group_name', comparison: 'contains' }] });
  // This list has no `q` and no order of one's own.
  const query = { page: state.page, page_size: state.pageSize, group_name: state.filters['group_name'] || undefined };
  const list = useQuery({
    queryKey: ['groups', 'list', query],
    queryFn: () => page(listUserGroups({ query })),
    placeholderData: keepPreviousData,
  });
  const create = can('user-group', 'create') && (
    <Button onClick={() => setOpened({ act: 'create' })}>{t('groups.new')}</Button>
  );
  const actionsOf = (group: GroupView) => [
    ...(can('user-group', 'update')
      ? [{ title: t('groups.rename'), onClick: () => setOpened({ act: 'rename', group }) }]
      : []),
    ...(can('user-group', 'delete')
      ? [{ title: t('common.delete'), isDanger: true, onClick: () => setOpened({ act: 'delete', group }) }]
      : []),
  ];
  return (
    <>
      <PageHeader title={t('titles.groups')} description={t('groups.description')} />
      <DataTable
        label={t('groups.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(group) => group.id}
        rowName={(group) => group.group_name}
        filters={[{ key: 'group_name', label: t('common.name'), kind: 'text' }]}
        toolbar={create}
        actions={can('user-group', 'update') || can('user-group', 'delete') ? actionsOf : undefined}
        empty={
          <Empty title={t('groups.empty')} actions={create}>
            {t('groups.emptyHint')}
          </Empty>
        }
      />
      <Suspense>{opened !== null && <GroupDialogs opened={opened} onClose={() => setOpened(null)} />}</Suspense>
    </>
  );
}

function useColumns(): Column<GroupView>[] {
  const { t } = useTranslation();
  const can = useCanInSystem();
  return [
    {
      key: 'name',
      title: t('common.name'),
      breaks: true,
      render: ({ id, group_name }) =>
        can('user-group', 'read') ? <Link to={`/harbor/groups/${id}`}>{group_name}</Link> : group_name,
    },
    { key: 'kind', title: t('groups.kind'), render: (group) => <KindName kind={group.group_type} /> },
    { key: 'dn', title: t('groups.dn'), breaks: true, render: (group) => group.ldap_group_dn },
  ];
}
