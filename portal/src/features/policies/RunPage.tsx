import { Button, Title } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link, useParams } from 'react-router';
import type { RetentionExecutionView, RetentionTaskView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { useProject } from '@/features/projects/useProject';
import { repositoryAddress } from '@/features/repositories/addresses';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Facts } from '@/shared/Facts';
import { Failure } from '@/shared/Failure';
import { isRunning } from '@/shared/jobStatus';
import { Status } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { RunKind, RunTrigger } from './RunsTable';
import { RunSummary } from './RunSummary';
import { RunTook } from './RunTook';
import { retentionId } from './usePolicy';
import { useAllRuns, useRunTasks } from './useRuns';
import { Row } from '@/shared/Row';
import './texts';

const StopRunDialog = lazy(() => import('./StopRunDialog'));
const TaskResult = lazy(() => import('./TaskResult'));
const RunNow = lazy(() => import('./RunNow'));

/** A run: what it found in each repository, and what it deleted or would. */
export default function RunPage() {
  const { t } = useTranslation();
  const { runId = '' } = useParams();
  const project = useProject();
  const runs = useAllRuns(project.project_id, retentionId(project));
  const run = runs.data?.items.find(({ id }) => String(id) === runId);
  if (run !== undefined) return <Run run={run} projectId={project.project_id} />;
  if (runs.error) return <Failure error={runs.error} onRetry={() => void runs.refetch()} />;
  // A run that has just been started may not be in what was asked before.
  if (runs.isFetching) return <Waiting />;
  return (
    <Empty
      title={t('policies.retention.runs.gone', { id: runId })}
      actions={
        <Link to={`/harbor/projects/${project.project_id}/tag-strategy/tag-retention`}>
          {t('policies.retention.runs.back')}
        </Link>
      }
    >
      {t('policies.retention.runs.goneHint')}
    </Empty>
  );
}

function Run({ run, projectId }: { run: RetentionExecutionView; projectId: number }) {
  const { t } = useTranslation();
  const can = useCanInProject(projectId);
  const state = useListState({ pageSize: 100 });
  const tasks = useRunTasks(projectId, run, state.query);
  const [open, setOpen] = useState<'stop' | 'run' | null>(null);
  const goesOn = isRunning(run.status);
  const mayRun = can('tag-retention', 'update');
  return (
    <>
      <Row isApart>
        <div>
          <Title headingLevel="h2">
            {t('policies.retention.runs.name', { id: run.id })} <RunKind isDryRun={run.dry_run} />
          </Title>
        </div>
        <div>
          <Row>
            {goesOn && mayRun && (
              <Button variant="secondary" onClick={() => setOpen('stop')}>
                {t('policies.retention.runs.stop')}
              </Button>
            )}
            {!goesOn && run.dry_run && mayRun && (
              <Button variant="secondary" isDanger onClick={() => setOpen('run')}>
                {t('policies.retention.runNow')}
              </Button>
            )}
            <Link to={`/harbor/projects/${projectId}/tag-strategy/tag-retention`}>
              {t('policies.retention.runs.back')}
            </Link>
          </Row>
        </div>
      </Row>
      <Facts
        columns={3}
        facts={[
          [t('common.status'), <Status key="status" value={run.status} />],
          [t('policies.retention.runs.trigger'), <RunTrigger key="trigger" value={run.trigger} />],
          [t('policies.retention.runs.started'), <Time key="started" value={run.start_time} />],
        ]}
      />
      <RunSummary run={run} tasks={tasks.data} />
      <DataTable
        label={t('policies.retention.runs.tasks')}
        columns={useColumns(run, projectId)}
        list={tasks}
        state={state}
        rowKey={(task) => task.id}
        rowName={(task) => task.repository}
        expanded={(task) => (
          <Suspense fallback={<Waiting />}>
            <TaskResult run={run} task={task} projectId={projectId} />
          </Suspense>
        )}
        empty={
          goesOn ? (
            <Empty title={t('policies.retention.runs.noTasksYet')} />
          ) : (
            <Empty title={t('policies.retention.runs.noTasks')}>{t('policies.retention.runs.noTasksHint')}</Empty>
          )
        }
      />
      <Suspense>
        {open === 'stop' && <StopRunDialog projectId={projectId} run={run} onClose={() => setOpen(null)} />}
        {open === 'run' && <RunNow onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

function useColumns(run: RetentionExecutionView, projectId: number): Column<RetentionTaskView>[] {
  const { t } = useTranslation();
  // Before a repository was looked at there are no counts.
  const counted = (task: RetentionTaskView, value: number) =>
    task.status === 'Success' || task.total > 0 ? value : '';
  return [
    {
      key: 'repository',
      title: t('policies.retention.runs.repository'),
      breaks: true,
      width: 40,
      render: (task) => <Link to={repositoryAddress(projectId, task.repository)}>{task.repository}</Link>,
    },
    { key: 'status', title: t('common.status'), render: (task) => <Status value={task.status} /> },
    {
      key: 'total',
      title: t('policies.retention.runs.total'),
      align: 'right',
      render: (task) => counted(task, task.total),
    },
    {
      key: 'retained',
      title: t('policies.retention.runs.retained'),
      align: 'right',
      render: (task) => counted(task, task.retained),
    },
    {
      key: 'going',
      title: t(run.dry_run ? 'policies.retention.runs.wouldGo' : 'policies.retention.runs.went'),
      align: 'right',
      render: (task) => counted(task, task.total - task.retained),
    },
    { key: 'took', title: t('policies.retention.runs.took'), render: (task) => <RunTook run={task} /> },
  ];
}
