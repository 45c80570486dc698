import { Alert, Flex, FlexItem, Label, Title } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { Link, useParams } from 'react-router';
import { getWebhookPolicyOfProject, listExecutionsOfWebhookPolicy } from '@/api/generated';
import type { ExecutionView, PolicyView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { useSession } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Facts } from '@/shared/Facts';
import { Failure } from '@/shared/Failure';
import { isRunning } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { Delivery } from './Delivery';
import { deliveriesKey } from './keys';
import { subjectsOf } from './policy';
import { TargetText } from './TargetText';
import { useEventName } from './useEventName';
import { useTargetName } from './useTargetName';
import './texts';

/** Milliseconds between two looks: while something is on its way, and else for what happens next. */
const POLL = 1500;
const IDLE = 5000;

const STATES = ['Running', 'Success', 'Error', 'Stopped'] as const;

/** A webhook: what it says, and what was delivered. */
export default function DeliveriesPage() {
  const { t } = useTranslation();
  const { policyId = '' } = useParams();
  const { system } = useSession();
  const projectId = useProject().project_id;
  const path = { project_name_or_id: String(projectId), webhook_policy_id: Number(policyId) };
  const policy = useQuery({
    queryKey: projectKey(projectId, 'webhooks', 'one', policyId),
    queryFn: () => body(getWebhookPolicyOfProject({ path })),
  });
  const state = useListState({ sort: '-start_time', filters: [{ key: 'status', comparison: 'exact' }] });
  const list = useQuery({
    queryKey: [...deliveriesKey(projectId, policyId), state.query],
    queryFn: () => page(listExecutionsOfWebhookPolicy({ path, query: state.query })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => (data?.items.some(({ status }) => isRunning(status)) ? POLL : IDLE),
  });
  const columns = useColumns();
  if (policy.error && policy.data === undefined) {
    return <Failure error={policy.error} onRetry={() => void policy.refetch()} />;
  }
  const name = policy.data?.name ?? '';
  return (
    <>
      <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }}>
        <FlexItem className="m-shrink">
          <Title headingLevel="h2">
            {name}{' '}
            {policy.data && (
              <Label color={policy.data.enabled ? 'green' : 'grey'}>
                {t(policy.data.enabled ? 'webhooks.enabled' : 'webhooks.disabled')}
              </Label>
            )}
          </Title>
        </FlexItem>
        <FlexItem>
          <Link to={`/harbor/projects/${projectId}/webhook`}>{t('webhooks.delivery.back')}</Link>
        </FlexItem>
      </Flex>
      {system.notification_enable === false && <Alert variant="warning" isInline title={t('webhooks.off')} />}
      {policy.data && <PolicyFacts policy={policy.data} />}
      <Title headingLevel="h2" size="lg" className="m-deliveries">
        {t('webhooks.deliveries')}
      </Title>
      <DataTable
        label={t('webhooks.delivery.list', { name })}
        columns={columns}
        list={list}
        state={state}
        rowKey={(execution) => execution.id}
        rowName={(execution) => String(execution.id)}
        expanded={(execution) => <Delivery projectId={projectId} execution={execution} />}
        filters={[
          {
            key: 'status',
            label: t('common.status'),
            kind: 'choice',
            choices: STATES.map((value) => ({ value, label: t(`webhooks.delivery.states.${value}`) })),
          },
        ]}
        empty={<Empty title={t('webhooks.delivery.empty')}>{t('webhooks.delivery.emptyHint')}</Empty>}
      />
    </>
  );
}

function PolicyFacts({ policy }: { policy: PolicyView }) {
  const { t } = useTranslation();
  const eventName = useEventName();
  const { repositories, tags } = policy.filters ?? {};
  const filters = [
    repositories?.length && t('webhooks.delivery.filterRepositories', { patterns: repositories.join(', ') }),
    tags?.length && t('webhooks.delivery.filterTags', { patterns: tags.join(', ') }),
  ].filter(Boolean);
  return (
    <Facts
      facts={[
        [t('common.description'), policy.description],
        [t('webhooks.targets'), policy.targets.map((target, index) => <TargetText key={index} target={target} />)],
        [t('webhooks.events'), policy.event_types.map(eventName).join(', ')],
        [t('webhooks.delivery.filters'), filters.join('; ')],
        [
          t('webhooks.delivery.signature'),
          t(policy.signed ? 'webhooks.delivery.signed' : 'webhooks.delivery.unsigned'),
        ],
      ]}
    />
  );
}

function useColumns(): Column<ExecutionView>[] {
  const { t } = useTranslation();
  const targetName = useTargetName();
  const eventName = useEventName();
  return [
    {
      key: 'event',
      title: t('webhooks.delivery.event'),
      render: ({ extra_attrs: extra }) => eventName(String(extra.event_type ?? '')),
    },
    {
      key: 'about',
      title: t('webhooks.delivery.about'),
      breaks: true,
      render: ({ extra_attrs: extra }) => subjectsOf(String(extra.payload ?? '')).join(', '),
    },
    {
      key: 'status',
      title: t('common.status'),
      sort: 'status',
      render: ({ status }) => <DeliveryState value={status} />,
    },
    {
      key: 'to',
      title: t('webhooks.delivery.to'),
      sort: 'vendor_type',
      render: ({ vendor_type: type }) => targetName(type === 'SLACK' ? 'slack' : 'http'),
    },
    { key: 'cause', title: t('webhooks.delivery.cause'), render: ({ trigger }) => <Cause value={trigger} /> },
    {
      key: 'time',
      title: t('webhooks.delivery.started'),
      sort: 'start_time',
      render: ({ start_time: time }) => <Time value={time} />,
    },
  ];
}

const COLORS = { Running: 'blue', Success: 'green', Error: 'red', Stopped: 'orange' } as const;

function DeliveryState({ value }: { value: string }) {
  const { t } = useTranslation();
  const state = STATES.find((one) => one === value);
  if (state === undefined) return <Label>{value}</Label>;
  return <Label color={COLORS[state]}>{t(`webhooks.delivery.states.${state}`)}</Label>;
}

function Cause({ value }: { value: string }) {
  const { t } = useTranslation();
  if (value === 'EVENT' || value === 'MANUAL' || value === 'SCHEDULE') return t(`webhooks.delivery.causes.${value}`);
  return value;
}
