import { useTranslation } from '@/texts';
import { PageHeader } from '@/shared/PageHeader';
import { RobotList } from './RobotList';
import './texts';

/** Robots of the whole system. */
export default function SystemRobotsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('titles.robots')} description={t('robots.description')} />
      <RobotList scope={{ level: 'system' }} can={() => true} />
    </>
  );
}
