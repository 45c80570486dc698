import { Title } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Checks } from './Checks';
import { QuarantinedBlobs } from './QuarantinedBlobs';
import './health.css';
import './texts';

/** Whether what is stored is what was pushed. */
export default function IntegrityTab() {
  const { t } = useTranslation();
  return (
    <div className="m-integrity">
      <section>
        <Title headingLevel="h2">{t('health.check.title')}</Title>
        <Checks />
      </section>
      <section>
        <Title headingLevel="h2">{t('health.blobs.title')}</Title>
        <QuarantinedBlobs />
      </section>
    </div>
  );
}
