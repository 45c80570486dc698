import { Button, Content, Flex, FlexItem, Title } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import type { RetentionPolicyView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { parseCron } from '@/shared/cron';
import { Empty } from '@/shared/Empty';
import { ErrorAlert, Failure } from '@/shared/Failure';
import { Time } from '@/shared/Time';
import { useCronText } from '@/shared/useCronText';
import { MAX_RULES, nextScheduled, policySchedule } from './retention';
import { RuleTable } from './RuleTable';
import { RunsTable } from './RunsTable';
import { usePolicy } from './usePolicy';
import { useStartRun } from './useRuns';
import './texts';

const RuleDialog = lazy(() => import('./RuleDialog'));
const RemoveRuleDialog = lazy(() => import('./RemoveRuleDialog'));
const ScheduleDialog = lazy(() => import('./ScheduleDialog'));
const RunDialog = lazy(() => import('./RunDialog'));
const DeletePolicyDialog = lazy(() => import('./DeletePolicyDialog'));

type Open = { kind: 'rule'; index: number | null } | { kind: 'remove'; index: number } | { kind: Simple };
type Simple = 'schedule' | 'run' | 'delete';

export default function RetentionPage() {
  const { t } = useTranslation();
  const project = useProject();
  const found = usePolicy(project);
  if (found.error && found.data === undefined) {
    return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  }
  if (found.data === undefined) return <Waiting />;
  return (
    <>
      {found.error && <ErrorAlert error={found.error} onRetry={() => void found.refetch()} />}
      <Policy policy={found.data} />
      {found.data.id !== undefined && (
        <section className="m-section" aria-label={t('policies.retention.runs.title')}>
          <Title headingLevel="h2" size="lg">
            {t('policies.retention.runs.title')}
          </Title>
          <RunsTable projectId={project.project_id} policyId={found.data.id} />
        </section>
      )}
    </>
  );
}

function Policy({ policy }: { policy: RetentionPolicyView }) {
  const { t } = useTranslation();
  const project = useProject();
  const can = useCanInProject(project.project_id);
  const [open, setOpen] = useState<Open | null>(null);
  const rules = policy.rules ?? [];
  const canChange = can('tag-retention', policy.id === undefined ? 'create' : 'update');
  const add = canChange && (
    <Button
      variant={rules.length === 0 ? 'primary' : 'secondary'}
      isDisabled={rules.length >= MAX_RULES}
      onClick={() => setOpen({ kind: 'rule', index: null })}
    >
      {t('policies.retention.add')}
    </Button>
  );
  return (
    <>
      <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} alignItems={{ default: 'alignItemsFlexStart' }}>
        <FlexItem className="m-shrink">
          <Title headingLevel="h2">{t('titles.retention')}</Title>
        </FlexItem>
        {canChange && policy.id !== undefined && rules.length > 0 && (
          <RunButtons projectId={project.project_id} policyId={policy.id} onRun={() => setOpen({ kind: 'run' })} />
        )}
      </Flex>
      <Content component="p">{t('policies.retention.description')}</Content>
      {rules.length === 0 ? (
        <Empty title={t('policies.retention.empty')} actions={add}>
          {t('policies.retention.emptyHint')}
        </Empty>
      ) : (
        <>
          <RuleTable
            policy={policy}
            canChange={canChange}
            onEdit={(index) => setOpen({ kind: 'rule', index })}
            onRemove={(index) => setOpen({ kind: 'remove', index })}
          />
          <div className="m-below-table">
            {add} {canChange && rules.length >= MAX_RULES && t('policies.retention.tooMany')}
          </div>
        </>
      )}
      {policy.id !== undefined && (
        <Flex className="m-section" columnGap={{ default: 'columnGapMd' }}>
          <FlexItem>
            <When policy={policy} />
          </FlexItem>
          {canChange && (
            <Button variant="link" isInline onClick={() => setOpen({ kind: 'schedule' })}>
              {t('policies.retention.scheduleEdit')}
            </Button>
          )}
          {can('tag-retention', 'delete') && (
            <Button variant="link" isInline isDanger onClick={() => setOpen({ kind: 'delete' })}>
              {t('policies.retention.deletePolicy')}
            </Button>
          )}
        </Flex>
      )}
      <Suspense>{open && <Dialog open={open} policy={policy} onClose={() => setOpen(null)} />}</Suspense>
    </>
  );
}

function Dialog({ open, policy, onClose }: { open: Open; policy: RetentionPolicyView; onClose: () => void }) {
  switch (open.kind) {
    case 'rule':
      return <RuleDialog policy={policy} index={open.index} onClose={onClose} />;
    case 'remove':
      return <RemoveRuleDialog policy={policy} index={open.index} onClose={onClose} />;
    case 'schedule':
      return <ScheduleDialog policy={policy} onClose={onClose} />;
    case 'run':
      return <RunDialog policy={policy} onClose={onClose} />;
    case 'delete':
      return <DeletePolicyDialog policyId={policy.id ?? 0} onClose={onClose} />;
  }
}

function RunButtons({ projectId, policyId, onRun }: { projectId: number; policyId: number; onRun: () => void }) {
  const { t } = useTranslation();
  const dryRun = useStartRun(projectId, policyId);
  return (
    <FlexItem>
      <Flex columnGap={{ default: 'columnGapSm' }}>
        <Button
          isLoading={dryRun.isPending}
          isDisabled={dryRun.isPending}
          onClick={() => dryRun.mutate({ isDryRun: true })}
        >
          {t('policies.retention.dryRun')}
        </Button>
        <Button variant="secondary" isDanger onClick={onRun}>
          {t('policies.retention.runNow')}
        </Button>
      </Flex>
      {dryRun.error && <ErrorAlert error={dryRun.error} />}
    </FlexItem>
  );
}

/** When it runs by itself, and when next. */
function When({ policy }: { policy: RetentionPolicyView }) {
  const { t } = useTranslation();
  const text = useCronText();
  const { cron: line } = policySchedule(policy);
  if (line === '') return <>{t('policies.retention.scheduleNone')}</>;
  const { cron } = parseCron(line);
  const next = nextScheduled(policy);
  return (
    <>
      {t('policies.retention.scheduleRuns', { when: cron === undefined ? line : text(cron) })}{' '}
      {next !== undefined && (
        <>
          {t('policies.retention.scheduleNext')} <Time value={next} />
        </>
      )}
    </>
  );
}
