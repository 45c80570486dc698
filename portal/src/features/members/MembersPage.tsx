import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listProjectMembers, type MemberView } from '@/api/generated';
import { page } from '@/api/pages';
import { ROLES } from '@/features/projects/roles';
import { projectKey, useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { DataTable } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import type { FilterField } from '@/shared/ListToolbar';
import { useListState } from '@/shared/useListState';
import { useMemberColumns } from './useMemberColumns';
import './texts';
import '@/features/projects/texts';

const AddMembers = lazy(() => import('./AddMembers'));
const ChangeRole = lazy(() => import('./ChangeRole'));
const ExplainAccess = lazy(() => import('./explain/ExplainAccess'));
const RemoveMembers = lazy(() => import('./RemoveMembers'));

const FILTERS = [
  { key: 'name', field: 'entity_name', comparison: 'contains' },
  { key: 'type', field: 'entity_type', comparison: 'exact' },
  { key: 'role', field: 'role_id', comparison: 'exact' },
] as const;

type Open =
  { kind: 'add' } | { kind: 'explain'; name: string } | { kind: 'role' | 'remove'; members: MemberView[] } | null;

/** Users and groups with a role in the project. */
export default function MembersPage() {
  const { t } = useTranslation();
  const project = useProject();
  const { project_id } = project;
  const may = useMay(project_id);
  const [open, setOpen] = useState<Open>(null);
  const [selected, setSelected] = useState<MemberView[]>([]);
  const state = useListState({ sort: 'entity_name', filters: [...FILTERS] });
  const list = useQuery({
    queryKey: projectKey(project_id, 'members', state.query),
    queryFn: () => page(listProjectMembers({ path: { project_name_or_id: String(project_id) }, query: state.query })),
    placeholderData: keepPreviousData,
  });
  const add = may.add && <Button onClick={() => setOpen({ kind: 'add' })}>{t('members.add')}</Button>;
  const explain = may.change && (
    <Button variant="secondary" onClick={() => setOpen({ kind: 'explain', name: '' })}>
      {t('members.explain.open')}
    </Button>
  );
  const actions = (member: MemberView) => [
    ...(may.change
      ? [{ title: t('members.change'), onClick: () => setOpen({ kind: 'role', members: [member] }) }]
      : []),
    ...(may.change && member.entity_type === 'u'
      ? [{ title: t('members.explain.open'), onClick: () => setOpen({ kind: 'explain', name: member.entity_name }) }]
      : []),
    ...(may.remove
      ? [{ title: t('members.remove'), isDanger: true, onClick: () => setOpen({ kind: 'remove', members: [member] }) }]
      : []),
  ];
  const ofSelected = (
    <>
      {may.change && (
        <Button variant="secondary" onClick={() => setOpen({ kind: 'role', members: selected })}>
          {t('members.change')}
        </Button>
      )}{' '}
      {may.remove && (
        <Button variant="danger" onClick={() => setOpen({ kind: 'remove', members: selected })}>
          {t('members.remove')}
        </Button>
      )}
    </>
  );
  const close = () => setOpen(null);
  const mayAny = may.change || may.remove;
  return (
    <>
      <DataTable
        label={t('members.list')}
        columns={useMemberColumns()}
        list={list}
        state={state}
        rowKey={(member) => member.id}
        rowName={(member) => member.entity_name}
        filters={useFilterFields()}
        toolbar={
          <>
            {add} {explain}
          </>
        }
        actions={mayAny ? actions : undefined}
        selection={mayAny ? { selected, setSelected, actions: ofSelected } : undefined}
        empty={
          <Empty
            title={t('members.empty')}
            actions={
              <>
                {add} {explain}
              </>
            }
          >
            {t('members.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {open?.kind === 'add' && <AddMembers projectId={project_id} onClose={close} />}
        {open?.kind === 'explain' && <ExplainAccess project={project} name={open.name} onClose={close} />}
        {open?.kind === 'role' && (
          <ChangeRole
            projectId={project_id}
            members={open.members}
            onClose={() => {
              setSelected([]);
              close();
            }}
          />
        )}
        {open?.kind === 'remove' && (
          <RemoveMembers
            project={project}
            members={open.members}
            onRemoved={({ id }) => setSelected((all) => all.filter((other) => other.id !== id))}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  );
}

function useMay(projectId: number) {
  const can = useCanInProject(projectId);
  return { add: can('member', 'create'), change: can('member', 'update'), remove: can('member', 'delete') };
}

function useFilterFields(): FilterField[] {
  const { t } = useTranslation();
  return [
    { key: 'name', label: t('common.name'), kind: 'text' },
    {
      key: 'type',
      label: t('members.type'),
      kind: 'choice',
      choices: [
        { value: 'u', label: t('members.kinds.u') },
        { value: 'g', label: t('members.kinds.g') },
      ],
    },
    {
      key: 'role',
      label: t('members.role'),
      kind: 'choice',
      choices: ROLES.map((role) => ({ value: String(role), label: t(`projects.roles.${role}`) })),
    },
  ];
}
