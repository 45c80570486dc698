import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { listAuditLogExts } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInSystem } from '@/session/session';
import { Empty } from '@/shared/Empty';
import { PageHeader } from '@/shared/PageHeader';
import { eventTypesQuery } from './eventTypes';
import { LogTable } from './LogTable';
import { PROJECT_RESOURCE_TYPES, resourceTypesOf } from './vocabulary';
import './texts';

/** The audit log of everything, or of the projects whose log the account may read. */
export default function LogsPage() {
  const { t } = useTranslation();
  const seesAll = useCanInSystem()('audit-log', 'list');
  const types = useQuery({ ...eventTypesQuery, enabled: seesAll });
  return (
    <>
      <PageHeader title={t('titles.logs')} description={t(seesAll ? 'logs.description' : 'logs.descriptionOfSome')} />
      <LogTable
        name="all"
        queryKey={['audit-log']}
        load={(query, signal) => page(listAuditLogExts({ query, signal }))}
        resourceTypes={types.data === undefined ? PROJECT_RESOURCE_TYPES : resourceTypesOf(types.data)}
        empty={
          <Empty title={t(seesAll ? 'logs.empty' : 'logs.emptyOfSome')}>
            {t(seesAll ? 'logs.emptyHint' : 'logs.emptyOfSomeHint')}
          </Empty>
        }
      />
    </>
  );
}
