import { Label } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { RetentionExecutionView } from '@/api/generated';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { isRunning, Status } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { RunTook } from './RunTook';
import { useRuns } from './useRuns';
import './texts';

const StopRunDialog = lazy(() => import('./StopRunDialog'));

/** The runs of a policy, the newest first. */
export function RunsTable({ projectId, policyId }: { projectId: number; policyId: number }) {
  const { t } = useTranslation();
  const can = useCanInProject(projectId);
  const state = useListState();
  const list = useRuns(projectId, policyId, state.query);
  const [stopping, setStopping] = useState<RetentionExecutionView | null>(null);
  const name = (run: RetentionExecutionView) => t('policies.retention.runs.name', { id: run.id });
  return (
    <>
      <DataTable
        label={t('policies.retention.runs.list')}
        columns={useColumns(name)}
        list={list}
        state={state}
        rowKey={(run) => run.id}
        rowName={name}
        actions={(run) =>
          isRunning(run.status) && can('tag-retention', 'update')
            ? [{ title: t('policies.retention.runs.stop'), onClick: () => setStopping(run) }]
            : []
        }
        empty={<Empty title={t('policies.retention.runs.empty')}>{t('policies.retention.runs.emptyHint')}</Empty>}
      />
      <Suspense>
        {stopping && <StopRunDialog projectId={projectId} run={stopping} onClose={() => setStopping(null)} />}
      </Suspense>
    </>
  );
}

function useColumns(name: (run: RetentionExecutionView) => string): Column<RetentionExecutionView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'run',
      title: t('policies.retention.runs.run'),
      render: (run) => <Link to={`runs/${run.id}`}>{name(run)}</Link>,
    },
    { key: 'kind', title: t('policies.retention.runs.kind'), render: (run) => <RunKind isDryRun={run.dry_run} /> },
    { key: 'status', title: t('common.status'), render: (run) => <Status value={run.status} /> },
    {
      key: 'trigger',
      title: t('policies.retention.runs.trigger'),
      render: (run) => <RunTrigger value={run.trigger} />,
    },
    { key: 'start', title: t('policies.retention.runs.started'), render: (run) => <Time value={run.start_time} /> },
    { key: 'took', title: t('policies.retention.runs.took'), render: (run) => <RunTook run={run} /> },
  ];
}

export function RunKind({ isDryRun }: { isDryRun: boolean }) {
  const { t } = useTranslation();
  return isDryRun ? (
    <Label variant="outline">{t('policies.retention.runs.dry')}</Label>
  ) : (
    <Label color="orange">{t('policies.retention.runs.real')}</Label>
  );
}

export function RunTrigger({ value }: { value: string }) {
  const { t } = useTranslation();
  if (value === 'MANUAL' || value === 'SCHEDULE' || value === 'EVENT') {
    return t(`policies.retention.runs.triggers.${value}`);
  }
  return value;
}
