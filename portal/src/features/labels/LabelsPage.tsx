import { useTranslation } from '@/texts';
import { useSession } from '@/session/session';
import { PageHeader } from '@/shared/PageHeader';
import { LabelList } from './LabelList';
import './texts';

/** The labels of the system, which can be put on artifacts of every project. */
export default function LabelsPage() {
  const { t } = useTranslation();
  const isSysadmin = useSession().user?.sysadmin_flag ?? false;
  return (
    <>
      <PageHeader title={t('titles.labels')} description={t('labels.description')} />
      <LabelList scope={{ scope: 'g' }} may={{ create: isSysadmin, update: isSysadmin, delete: isSysadmin }} />
    </>
  );
}
