import { Card, CardBody, CardFooter, CardTitle, ExpandableSection, Title } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from '@/texts';
import { Link, Navigate, useSearchParams } from 'react-router';
import { Banner } from '@/features/configuration/Banner';
import { safeTarget } from './redirect';
import { useSession } from './session';
import { SignInForm } from './SignInForm';

/** Where one signs in; goes on to what was asked for. */
export default function SignInPage() {
  const { t } = useTranslation();
  const { user } = useSession();
  const queries = useQueryClient();
  const [parameters] = useSearchParams();
  useEffect(() => {
    document.title = `${t('common.signIn')} · ${t('common.product')}`;
  }, [t]);
  // Goes on as soon as the session is known to be somebody's, also for who was signed in already.
  if (user !== null) return <Navigate to={safeTarget(parameters.get('redirect_url'))} replace />;
  return (
    <main className="m-sign-in">
      <Banner />
      <Card>
        <CardTitle>
          <span className="m-brand">
            <img src="/favicon.svg" alt="" />
            <Title headingLevel="h1" size="xl">
              {t('session.title')}
            </Title>
          </span>
        </CardTitle>
        <CardBody>
          {/* Whatever nobody was shown before may look different to the account. */}
          <SignInForm onDone={() => queries.resetQueries()} />
        </CardBody>
        <CardFooter>
          <ExpandableSection toggleText={t('session.firstRun')}>{t('session.firstRunHint')}</ExpandableSection>
          <Link to="/harbor/projects">{t('session.browse')}</Link>
        </CardFooter>
      </Card>
    </main>
  );
}
