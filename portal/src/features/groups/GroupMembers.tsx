import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import {
  addUserGroupMember,
  listUserGroupMembers,
  searchUsers,
  type GroupMemberView,
  type GroupView,
  type UserFound,
} from '@/api/generated';
import { body, page } from '@/api/pages';
import { SearchSelect } from '@/features/users/SearchSelect';
import { useCanInSystem } from '@/session/session';
import { DataTable } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { useListState } from '@/shared/useListState';
import '@/features/account/texts';
import './texts';

const RemoveMembers = lazy(() => import('./RemoveMembers'));

/** How many users a search shows. */
const SHOWN = 10;

/** Who is in a group; others are added by a part of their name. */
export function GroupMembers({ group }: { group: GroupView }) {
  const { t } = useTranslation();
  const can = useCanInSystem();
  const [removing, setRemoving] = useState<GroupMemberView[] | null>(null);
  const [selected, setSelected] = useState<GroupMemberView[]>([]);
  const state = useListState({ sort: 'username', filters: [{ key: 'username', comparison: 'contains' }] });
  const key = ['groups', String(group.id), 'members'];
  const list = useQuery({
    queryKey: [...key, state.query],
    queryFn: () => page(listUserGroupMembers({ path: { group_id: group.id }, query: state.query })),
    placeholderData: keepPreviousData,
  });
  const add = useAction({
    run: (user: UserFound) => addUserGroupMember({ path: { group_id: group.id }, body: { user_id: user.user_id } }),
    changes: [key],
    done: (_, user) => t('groups.addedToast', { name: user.username, group: group.group_name }),
  });
  const mayChange = can('user-group', 'update');
  const isMember = (user: UserFound) => list.data?.items.some((member) => member.user_id === user.user_id);
  const picker = mayChange && (
    <SearchSelect
      label={t('groups.addMember')}
      title={t('titles.users')}
      queryKey={['users', 'search']}
      search={(username) => body(searchUsers({ query: { username, page_size: SHOWN } }))}
      itemKey={(user) => user.user_id}
      itemName={(user) => user.username}
      whyNot={(user) => (isMember(user) ? t('groups.isMember') : undefined)}
      onChoose={(user) => add.mutate(user)}
    />
  );
  return (
    <>
      {add.error && <ErrorAlert error={add.error} />}
      <DataTable
        label={t('groups.members')}
        columns={[
          {
            key: 'username',
            title: t('account.username'),
            sort: 'username',
            breaks: true,
            render: (member) => member.username,
          },
        ]}
        list={list}
        state={state}
        rowKey={(member) => member.user_id}
        rowName={(member) => member.username}
        filters={[{ key: 'username', label: t('account.username'), kind: 'text' }]}
        toolbar={picker}
        actions={
          mayChange ? (member) => [{ title: t('groups.remove'), onClick: () => setRemoving([member]) }] : undefined
        }
        selection={
          mayChange
            ? {
                selected,
                setSelected,
                actions: (
                  <Button variant="secondary" onClick={() => setRemoving(selected)}>
                    {t('groups.remove')}
                  </Button>
                ),
              }
            : undefined
        }
        empty={
          <Empty title={t('groups.nobody')} actions={picker}>
            {mayChange && t('groups.nobodyHint')}
          </Empty>
        }
      />
      <Suspense>
        {removing !== null && (
          <RemoveMembers
            group={group}
            members={removing}
            onClose={() => {
              setRemoving(null);
              setSelected([]);
            }}
          />
        )}
      </Suspense>
    </>
  );
}
