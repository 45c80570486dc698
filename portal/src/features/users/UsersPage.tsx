import { Button, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listUsers, type UserView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInSystem, useSession } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { PageHeader } from '@/shared/PageHeader';
import { Time } from '@/shared/Time';
import { useListState, type FilterSpec } from '@/shared/useListState';
import type { Many, Opened } from './UserDialogs';
import '@/features/account/texts';
import './texts';

const UserDialogs = lazy(() => import('./UserDialogs'));

const FILTERS: FilterSpec[] = [
  { key: 'username', comparison: 'contains' },
  { key: 'email', comparison: 'contains' },
  { key: 'sysadmin_flag', comparison: 'exact' },
];

/** Everybody who has an account. */
export default function UsersPage() {
  const { t } = useTranslation();
  const { user: self, system } = useSession();
  const can = useCanInSystem();
  const [opened, setOpened] = useState<Opened | null>(null);
  const [selected, setSelected] = useState<UserView[]>([]);
  const state = useListState({ sort: 'username', filters: FILTERS });
  const list = useQuery({
    queryKey: ['users', state.query],
    queryFn: () => page(listUsers({ query: state.query })),
    placeholderData: keepPreviousData,
  });
  const isKeptHere = system.auth_mode === 'db_auth';
  const mayUpdate = can('user', 'update');
  const mayDelete = can('user', 'delete');
  // Nobody locks themselves out: the server would let them.
  const others = selected.filter(({ user_id }) => user_id !== self?.user_id);
  const together = (act: Many, users: UserView[]) => () => setOpened({ act, users });
  const create = isKeptHere && can('user', 'create') && (
    <Button onClick={() => setOpened({ act: 'create' })}>{t('users.new')}</Button>
  );
  const actionsOf = (user: UserView) => {
    const isSelf = user.user_id === self?.user_id;
    return [
      ...(mayUpdate && isKeptHere
        ? [
            { title: t('users.editProfile'), onClick: () => setOpened({ act: 'profile', user }) },
            ...(isSelf ? [] : [{ title: t('users.setPassword'), onClick: () => setOpened({ act: 'password', user }) }]),
          ]
        : []),
      ...(mayUpdate && !isSelf
        ? [
            user.sysadmin_flag
              ? { title: t('users.demote'), onClick: together('demote', [user]) }
              : { title: t('users.promote'), onClick: together('promote', [user]) },
          ]
        : []),
      ...(mayDelete && !isSelf
        ? [{ title: t('common.delete'), isDanger: true, onClick: together('delete', [user]) }]
        : []),
    ];
  };
  const administrators = others.filter(({ sysadmin_flag }) => sysadmin_flag);
  const plain = others.filter(({ sysadmin_flag }) => !sysadmin_flag);
  const selection = {
    selected,
    setSelected,
    actions: (
      <>
        {mayUpdate && plain.length > 0 && (
          <Button variant="secondary" onClick={together('promote', plain)}>
            {t('users.promote')}
          </Button>
        )}{' '}
        {mayUpdate && administrators.length > 0 && (
          <Button variant="secondary" onClick={together('demote', administrators)}>
            {t('users.demote')}
          </Button>
        )}{' '}
        {mayDelete && others.length > 0 && (
          <Button variant="secondary" isDanger onClick={together('delete', others)}>
            {t('common.delete')}
          </Button>
        )}
      </>
    ),
  };
  const close = () => {
    setOpened(null);
    setSelected([]);
  };
  return (
    <>
      <PageHeader title={t('titles.users')} description={t(isKeptHere ? 'users.description' : 'users.keptElsewhere')} />
      <DataTable
        label={t('users.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(user) => user.user_id}
        rowName={(user) => user.username}
        filters={[
          { key: 'username', label: t('account.username'), kind: 'text' },
          { key: 'email', label: t('account.email'), kind: 'text' },
          {
            key: 'sysadmin_flag',
            label: t('users.role'),
            kind: 'choice',
            choices: [
              { value: 'true', label: t('account.administrator') },
              { value: 'false', label: t('users.plain') },
            ],
          },
        ]}
        toolbar={create}
        actions={mayUpdate || mayDelete ? actionsOf : undefined}
        selection={mayUpdate || mayDelete ? selection : undefined}
        empty={
          <Empty title={t('users.empty')} actions={create}>
            {t(isKeptHere ? 'users.emptyHint' : 'users.emptyElsewhere')}
          </Empty>
        }
      />
      <Suspense>{opened !== null && <UserDialogs opened={opened} onClose={close} />}</Suspense>
    </>
  );
}

function useColumns(): Column<UserView>[] {
  const { t } = useTranslation();
  const { user: self } = useSession();
  return [
    {
      key: 'username',
      title: t('account.username'),
      sort: 'username',
      breaks: true,
      render: ({ user_id, username }) => (
        <>
          {username} {user_id === self?.user_id && <Label isCompact>{t('users.you')}</Label>}
        </>
      ),
    },
    { key: 'realname', title: t('account.realname'), sort: 'realname', breaks: true, render: (user) => user.realname },
    { key: 'email', title: t('account.email'), sort: 'email', breaks: true, render: (user) => user.email },
    {
      key: 'role',
      title: t('users.role'),
      sort: 'sysadmin_flag',
      render: ({ sysadmin_flag }) =>
        sysadmin_flag ? <Label color="purple">{t('account.administrator')}</Label> : t('users.plain'),
    },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (user) => (
        <span className="m-nowrap">
          <Time value={user.creation_time} />
        </span>
      ),
    },
  ];
}
