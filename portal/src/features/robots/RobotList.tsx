import { Button, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listRobot, updateRobot, type RobotView } from '@/api/generated';
import { page } from '@/api/pages';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { ErrorAlert } from '@/shared/Failure';
import { CopyButton } from '@/shared/Copy';
import { Time } from '@/shared/Time';
import { useAction } from '@/shared/useAction';
import { useListState } from '@/shared/useListState';
import { Expires } from './Expires';
import { enabling } from './requests';
import type { Act, Opened } from './RobotDialogs';
import { PermissionsOf, Summary } from './Permissions';
import { robotsKey, robotsQuery, type Scope } from './scope';
import './texts';

const RobotDialogs = lazy(() => import('./RobotDialogs'));

interface Props {
  scope: Scope;
  can: (action: 'create' | 'update' | 'delete') => boolean;
}

/** The robots of a project or of the system, and what can be done with them. */
export function RobotList({ scope, can }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Opened | null>(null);
  const state = useListState({
    sort: 'name',
    filters: [
      { key: 'name', comparison: 'contains' },
      { key: 'disable', comparison: 'exact' },
    ],
  });
  const key = robotsKey(scope);
  const list = useQuery({
    queryKey: [...key, state.query],
    queryFn: () => page(listRobot({ query: { ...state.query, q: robotsQuery(scope, state.query.q) } })),
    placeholderData: keepPreviousData,
  });
  const enable = useAction({
    run: (robot: RobotView) => updateRobot({ path: { robot_id: robot.id }, body: enabling(robot, true) }),
    changes: [key],
    done: (_, robot) => t('robots.enabledToast', { name: robot.name }),
  });
  const create = can('create') && <Button onClick={() => setOpened({ act: 'create' })}>{t('robots.new')}</Button>;
  const actionsOf = (robot: RobotView) => {
    const open = (act: Act) => () => setOpened({ act, robot });
    return [
      ...(can('update')
        ? [
            { title: t('common.edit'), onClick: open('edit') },
            { title: t('robots.newSecret'), onClick: open('secret') },
            robot.disable
              ? { title: t('robots.enable'), onClick: () => enable.mutate(robot) }
              : { title: t('robots.disable'), onClick: open('disable') },
          ]
        : []),
      ...(can('delete') ? [{ title: t('common.delete'), isDanger: true, onClick: open('delete') }] : []),
    ];
  };
  return (
    <>
      {enable.error && <ErrorAlert error={enable.error} />}
      <DataTable
        label={t('robots.list')}
        columns={useColumns(scope)}
        list={list}
        state={state}
        rowKey={(robot) => robot.id}
        rowName={(robot) => robot.name}
        filters={[
          { key: 'name', label: t('common.name'), kind: 'text' },
          {
            key: 'disable',
            label: t('common.status'),
            kind: 'choice',
            choices: [
              { value: 'false', label: t('robots.enabled') },
              { value: 'true', label: t('robots.disabled') },
            ],
          },
        ]}
        toolbar={create}
        actions={can('update') || can('delete') ? actionsOf : undefined}
        expanded={(robot) => <PermissionsOf permissions={robot.permissions} />}
        empty={
          <Empty title={t('robots.empty')} actions={create}>
            {t(scope.level === 'system' ? 'robots.emptySystem' : 'robots.emptyProject')}
          </Empty>
        }
      />
      <Suspense>
        {opened !== null && <RobotDialogs scope={scope} opened={opened} onClose={() => setOpened(null)} />}
      </Suspense>
    </>
  );
}

function useColumns(scope: Scope): Column<RobotView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      width: 25,
      breaks: true,
      render: ({ name, description }) => (
        <>
          <span className="m-robot-name">{name}</span>
          <CopyButton text={name} label={t('robots.copyName', { name })} />
          {description && <div className="m-robot-description">{description}</div>}
        </>
      ),
    },
    {
      key: 'status',
      title: t('common.status'),
      sort: 'disable',
      render: ({ disable }) =>
        disable ? <Label>{t('robots.disabled')}</Label> : <Label color="green">{t('robots.enabled')}</Label>,
    },
    {
      key: 'permissions',
      title: t('robots.permissions'),
      width: 25,
      render: (robot) => <Summary permissions={robot.permissions} isOfProject={scope.level === 'project'} />,
    },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (robot) => (
        <span className="m-robot-time">
          <Time value={robot.creation_time} />
        </span>
      ),
    },
    { key: 'expires', title: t('robots.expires'), render: (robot) => <Expires at={robot.expires_at} /> },
  ];
}
