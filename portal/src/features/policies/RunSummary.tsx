import { Alert } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { RetentionExecutionView, RetentionTaskView } from '@/api/generated';
import type { Page } from '@/api/pages';
import { useProject } from '@/features/projects/useProject';
import { isRunning } from '@/shared/Status';
import './texts';

/** What came of a run, in a sentence. */
export function RunSummary({
  run,
  tasks,
}: {
  run: RetentionExecutionView;
  tasks: Page<RetentionTaskView> | undefined;
}) {
  const { t } = useTranslation();
  if (tasks === undefined || tasks.items.length === 0) return null;
  const total = sum(tasks.items.map((task) => task.total));
  const count = total - sum(tasks.items.map((task) => task.retained));
  const shown = tasks.items.length;
  const title = () => {
    if (isRunning(run.status)) return t('policies.retention.runs.running');
    if (run.dry_run) {
      return count === 0
        ? t('policies.retention.runs.dryNothing', { total })
        : t('policies.retention.runs.dryResult', { count, total });
    }
    return count === 0
      ? t('policies.retention.runs.nothing', { total })
      : t('policies.retention.runs.result', { count, total });
  };
  return (
    <Alert variant={variantOf(run)} isInline title={title()} component="p" className="m-section">
      {run.status === 'Error' && <p>{t('policies.retention.runs.failed')}</p>}
      {run.status === 'Stopped' && <p>{t('policies.retention.runs.stopped')}</p>}
      {!isRunning(run.status) && count > 0 && <p>{run.dry_run ? t('policies.retention.runs.dryHint') : <InTrash />}</p>}
      {shown < tasks.total && <p>{t('policies.retention.runs.ofPage', { shown, total: tasks.total })}</p>}
    </Alert>
  );
}

function InTrash() {
  const { t } = useTranslation();
  const project = useProject();
  return (
    <>
      {t('policies.retention.runs.resultHint')}{' '}
      <Link to={`/harbor/projects/${project.project_id}/trash`}>{t('policies.retention.runs.openTrash')}</Link>
    </>
  );
}

function variantOf(run: RetentionExecutionView): 'info' | 'success' | 'danger' | 'warning' {
  if (run.status === 'Error') return 'danger';
  if (run.status === 'Stopped') return 'warning';
  return isRunning(run.status) || run.dry_run ? 'info' : 'success';
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
