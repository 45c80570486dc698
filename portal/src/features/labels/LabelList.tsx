import { Button } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import type { LabelView } from '@/api/generated';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { LabelChip } from './LabelChip';
import { useLabels, type Scope } from './useLabels';
import './texts';

const LabelDialog = lazy(() => import('./LabelDialog'));
const DeleteLabel = lazy(() => import('./DeleteLabel'));

interface Props {
  scope: Scope;
  may: { create: boolean; update: boolean; delete: boolean };
}

type Open = { kind: 'create' } | { kind: 'edit' | 'delete'; label: LabelView } | null;

/** The labels of the system or of a project, and what may be done with them. */
export function LabelList({ scope, may }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const state = useListState({ sort: 'name', filters: [{ key: 'name', comparison: 'contains' }] });
  const list = useLabels(scope, state);
  const create = may.create && <Button onClick={() => setOpen({ kind: 'create' })}>{t('labels.new')}</Button>;
  const actions = (label: LabelView) => [
    ...(may.update ? [{ title: t('common.edit'), onClick: () => setOpen({ kind: 'edit', label }) }] : []),
    ...(may.delete
      ? [{ title: t('common.delete'), isDanger: true, onClick: () => setOpen({ kind: 'delete', label }) }]
      : []),
  ];
  const close = () => setOpen(null);
  return (
    <>
      <DataTable
        label={t('labels.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(label) => label.id}
        rowName={(label) => label.name}
        filters={[{ key: 'name', label: t('common.name'), kind: 'text' }]}
        toolbar={create}
        actions={may.update || may.delete ? actions : undefined}
        empty={
          <Empty title={t('labels.empty')} actions={create}>
            {t(scope.scope === 'g' ? 'labels.emptyGlobal' : 'labels.emptyProject')}
          </Empty>
        }
      />
      <Suspense>
        {open?.kind === 'create' && <LabelDialog scope={scope} onClose={close} />}
        {open?.kind === 'edit' && <LabelDialog scope={scope} label={open.label} onClose={close} />}
        {open?.kind === 'delete' && <DeleteLabel scope={scope} label={open.label} onClose={close} />}
      </Suspense>
    </>
  );
}

function useColumns(): Column<LabelView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('labels.label'),
      sort: 'name',
      render: (label) => <LabelChip name={label.name} color={label.color} />,
    },
    { key: 'description', title: t('common.description'), breaks: true, render: (label) => label.description },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (label) => <Time value={label.creation_time} />,
    },
    {
      key: 'updated',
      title: t('common.updated'),
      sort: 'update_time',
      render: (label) => <Time value={label.update_time} />,
    },
  ];
}
