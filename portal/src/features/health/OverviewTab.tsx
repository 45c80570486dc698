import { Alert, Card, CardBody, CardTitle, Gallery } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { useSession } from '@/session/session';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { Time } from '@/shared/Time';
import { useRegistry } from '@/shared/useRegistry';
import { Components, Overall } from './Components';
import { Contents, Storage } from './Numbers';
import { integrityQuery } from './queries';
import './health.css';
import './texts';

/** What an administrator wants to see at a glance. */
export default function OverviewTab() {
  const { t } = useTranslation();
  return (
    <>
      <QuarantineAlert />
      <Overall />
      <Gallery hasGutter minWidths={{ default: '20rem' }} className="m-health-cards">
        <Part title={t('health.components')}>
          <Components />
        </Part>
        <Part title={t('health.storage')}>
          <Storage />
        </Part>
        <Part title={t('health.contents')}>
          <Contents />
        </Part>
        <Part title={t('health.server')}>
          <Server />
        </Part>
      </Gallery>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card isCompact>
      <CardTitle component="h2">{title}</CardTitle>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

function QuarantineAlert() {
  const { t } = useTranslation();
  const { data, error } = useQuery(integrityQuery);
  if (error) return <ErrorAlert error={error} />;
  if (data === undefined || data.quarantined_blobs === 0) return null;
  return (
    <Alert
      variant="danger"
      isInline
      component="p"
      title={t('health.quarantinedTitle', { count: data.quarantined_blobs })}
      actionLinks={<Link to="/harbor/health/integrity">{t('health.quarantinedLink')}</Link>}
    />
  );
}

function Server() {
  const { t } = useTranslation();
  const { system } = useSession();
  const { certificate } = useRegistry();
  return (
    <Facts
      columns={1}
      facts={[
        [t('health.version'), system.harbor_version],
        [t('health.address'), system.external_url],
        [t('health.clock'), system.current_time && <Time key="clock" value={system.current_time} />],
        [t('health.certificate'), certificate && <Certificate key="certificate" address={certificate} />],
      ]}
    />
  );
}

function Certificate({ address }: { address: string }) {
  const { t } = useTranslation();
  return (
    <>
      <a href={address} download="ca.crt">
        {t('health.downloadCertificate')}
      </a>
      <p>{t('health.certificateHint')}</p>
    </>
  );
}
