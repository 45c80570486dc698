import { Alert } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { listQuotas, type QuotaView } from '@/api/generated';
import { page } from '@/api/pages';
import { configurationQuery } from '@/features/configuration/query';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { formatBytes } from '@/shared/format';
import { PageHeader } from '@/shared/PageHeader';
import { Usage } from '@/shared/Usage';
import { useListState } from '@/shared/useListState';
import './texts';

const EditQuota = lazy(() => import('./EditQuota'));

export default function QuotasPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<QuotaView | null>(null);
  const state = useListState({ sort: '-used.storage' });
  const list = useQuery({
    queryKey: ['quotas', state.query],
    queryFn: () => page(listQuotas({ query: { ...state.query, reference: 'project' } })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader title={t('titles.quotas')} description={t('quotas.description')}>
        <Defaults />
      </PageHeader>
      <DataTable
        label={t('quotas.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(quota) => quota.id}
        rowName={(quota) => quota.ref.name}
        actions={(quota) => [{ title: t('quotas.edit'), onClick: () => setEdited(quota) }]}
        empty={
          <Empty title={t('quotas.empty')} actions={<Link to="/harbor/projects">{t('quotas.toProjects')}</Link>}>
            {t('quotas.emptyHint')}
          </Empty>
        }
      />
      <Suspense>{edited !== null && <EditQuota quota={edited} onClose={() => setEdited(null)} />}</Suspense>
    </>
  );
}

/** What projects get that are made from now on. */
function Defaults() {
  const { t } = useTranslation();
  const { data } = useQuery(configurationQuery);
  if (data === undefined) return null;
  const standard = data.storage_per_project.value;
  return (
    <>
      {!data.quota_per_project_enable.value && <Alert variant="warning" isInline isPlain title={t('quotas.off')} />}
      <p>
        {t('quotas.newProjects', { limit: standard < 0 ? t('common.unlimited') : formatBytes(standard) })}{' '}
        <Link to="/harbor/configs/setting">{t('quotas.changeDefault')}</Link>
      </p>
    </>
  );
}

function useColumns(): Column<QuotaView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'project',
      title: t('quotas.project'),
      breaks: true,
      width: 25,
      render: ({ ref }) => <Link to={`/harbor/projects/${ref.id}`}>{ref.name}</Link>,
    },
    // The API leaves out the name of the account that every registry has.
    { key: 'owner', title: t('quotas.owner'), render: ({ ref }) => ref.owner_name || t('quotas.builtInAdmin') },
    {
      key: 'usage',
      title: t('quotas.usage'),
      sort: 'used.storage',
      width: 35,
      render: ({ ref, used, hard }) => (
        <Usage used={used.storage} limit={hard.storage} label={t('quotas.usageOf', { name: ref.name })} />
      ),
    },
    {
      key: 'limit',
      title: t('quotas.limit'),
      sort: 'hard.storage',
      align: 'right',
      render: ({ hard }) => (hard.storage < 0 ? t('common.unlimited') : formatBytes(hard.storage)),
    },
  ];
}
