import { Alert, Button, Flex, FlexItem, ToggleGroup, ToggleGroupItem, Tooltip } from '@patternfly/react-core';
import { ExpandableRowContent } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { getLogsOfWebhookTask, listTasksOfWebhookExecution, redeliverWebhook } from '@/api/generated';
import type { ExecutionView, TaskView } from '@/api/generated';
import { page } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { useCanInProject } from '@/session/session';
import { CodeToCopy } from '@/shared/Copy';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { JobLog } from '@/shared/JobLog';
import { isRunning, Status } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { useAction } from '@/shared/useAction';
import { GuardHint } from './GuardHint';
import { deliveriesKey } from './keys';
import { laidOut } from './policy';
import './texts';

interface Props {
  projectId: number;
  execution: ExecutionView;
}

const VIEWS = ['log', 'body'] as const;

/** A delivery's attempts, what was sent and what came back. */
export function Delivery({ projectId, execution }: Props) {
  const path = {
    project_name_or_id: String(projectId),
    webhook_policy_id: execution.vendor_id,
    execution_id: execution.id,
  };
  const tasks = useQuery({
    // By its status, so that they are asked for once more when it has ended.
    queryKey: [...deliveriesKey(projectId, execution.vendor_id), execution.id, execution.status],
    queryFn: () => page(listTasksOfWebhookExecution({ path })),
    refetchInterval: isRunning(execution.status) ? 1500 : false,
  });
  if (tasks.error) return <ErrorAlert error={tasks.error} onRetry={() => void tasks.refetch()} />;
  if (tasks.data === undefined) return <Waiting />;
  return (
    <ExpandableRowContent>
      {tasks.data.items.map((task) => (
        <Attempts key={task.id} projectId={projectId} execution={execution} task={task} />
      ))}
    </ExpandableRowContent>
  );
}

function Attempts({ projectId, execution, task }: Props & { task: TaskView }) {
  const { t } = useTranslation();
  const can = useCanInProject(projectId);
  const [view, setView] = useState<(typeof VIEWS)[number]>('log');
  const path = {
    project_name_or_id: String(projectId),
    webhook_policy_id: execution.vendor_id,
    execution_id: execution.id,
    task_id: task.id,
  };
  const redeliver = useAction({
    run: () => redeliverWebhook({ path }),
    changes: [deliveriesKey(projectId, execution.vendor_id)],
    done: t('webhooks.delivery.redeliveredToast'),
  });
  return (
    <Flex direction={{ default: 'column' }} alignItems={{ default: 'alignItemsStretch' }}>
      <TaskFacts task={task} />
      {redeliver.error && <ErrorAlert error={redeliver.error} />}
      <Flex>
        <FlexItem>
          <ToggleGroup aria-label={t('webhooks.delivery.show')} isCompact>
            {VIEWS.map((one) => (
              <ToggleGroupItem
                key={one}
                text={t(`webhooks.delivery.views.${one}`)}
                isSelected={one === view}
                onChange={() => setView(one)}
              />
            ))}
          </ToggleGroup>
        </FlexItem>
        {!isRunning(task.status) && can('notification-policy', 'update') && (
          <Tooltip content={t('webhooks.delivery.redeliverHint')}>
            <Button
              variant="secondary"
              size="sm"
              isLoading={redeliver.isPending}
              isDisabled={redeliver.isPending}
              onClick={() => redeliver.mutate()}
            >
              {t('webhooks.delivery.redeliver')}
            </Button>
          </Tooltip>
        )}
      </Flex>
      {view === 'log' ? (
        <JobLog
          queryKey={[...deliveriesKey(projectId, execution.vendor_id), execution.id, 'task', task.id]}
          load={async () => String((await getLogsOfWebhookTask({ path })).data ?? '')}
          isLive={isRunning(task.status)}
        />
      ) : (
        <div className="m-log">
          <CodeToCopy
            label={t('webhooks.delivery.views.body')}
            code={laidOut(String(execution.extra_attrs.payload ?? ''))}
          />
        </div>
      )}
    </Flex>
  );
}

function TaskFacts({ task }: { task: TaskView }) {
  const { t } = useTranslation();
  const { delivery_id: id, response_status: answer, redelivery_of: before, dead_letter: isDead } = task.extra_attrs;
  const isWaiting = isRunning(task.status) && task.run_count > 0 && Boolean(task.status_message);
  return (
    <>
      {Boolean(isDead) && (
        <Alert variant="danger" isInline component="p" title={t('webhooks.delivery.dead')}>
          {task.status_message}
        </Alert>
      )}
      {isWaiting && (
        <Alert variant="warning" isInline component="p" title={t('webhooks.delivery.waiting')}>
          {task.status_message}
        </Alert>
      )}
      <GuardHint message={task.status_message} />
      <Facts
        columns={3}
        facts={[
          [t('common.status'), <Status key="status" value={task.status} />],
          [t('webhooks.delivery.attempts'), String(task.run_count)],
          [t('webhooks.delivery.answer'), answer === undefined ? t('webhooks.delivery.answerNone') : String(answer)],
          [t('webhooks.delivery.id'), <code key="id">{String(id ?? '')}</code>],
          [
            t('webhooks.delivery.again'),
            before === undefined ? null : t('webhooks.delivery.task', { id: String(before) }),
          ],
          [t('webhooks.delivery.updated'), <Time key="updated" value={task.update_time} />],
        ]}
      />
    </>
  );
}
