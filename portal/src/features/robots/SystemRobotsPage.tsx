import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/shared/PageHeader';
import { RobotList } from './RobotList';

/** Robots of the whole system. */
export default function SystemRobotsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('robots.title')} description={t('robots.description')} />
      <RobotList scope={{ level: 'system' }} can={() => true} />
    </>
  );
}
