import { Card, CardBody, CardTitle, Skeleton } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { getProjectStorage, type SummaryQuota } from '@/api/generated';
import { body } from '@/api/pages';
import { ErrorAlert } from '@/shared/Failure';
import { StorageAmount } from './StorageAmount';
import { StoragePicture } from './StoragePicture';
import { SHOWN } from './storageParts';
import { projectKey } from './useProject';
import './projects.css';
import './texts';

interface Props {
  projectId: number;
  /** Known sooner, and when what holds the storage cannot be found out. */
  quota: SummaryQuota | null | undefined;
}

/** What a project holds, and which repositories hold it. For who may read the quota. */
export function StorageCard({ projectId, quota }: Props) {
  const { t } = useTranslation();
  const storage = useQuery({
    queryKey: projectKey(projectId, 'storage'),
    queryFn: () =>
      body(getProjectStorage({ path: { project_name_or_id: String(projectId) }, query: { limit: SHOWN } })),
  });
  const amount = storage.data
    ? { used: storage.data.used, limit: storage.data.hard }
    : quota && { used: quota.used.storage, limit: quota.hard.storage };
  return (
    <Card isFullHeight>
      <CardTitle component="h2">{t('projects.summary.storage')}</CardTitle>
      <CardBody className="m-storage">
        {amount && <StorageAmount {...amount} />}
        {storage.data && (
          <StoragePicture storage={storage.data} projectId={projectId} answeredAt={storage.dataUpdatedAt} />
        )}
        {storage.isPending && <Skeleton screenreaderText={t('common.loading')} />}
        {storage.error !== null && !storage.data && (
          <ErrorAlert
            error={storage.error}
            title={t('projects.storage.unknown')}
            onRetry={() => void storage.refetch()}
          />
        )}
      </CardBody>
    </Card>
  );
}
