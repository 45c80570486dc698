import {
  Button,
  Card,
  CardBody,
  CardFooter,
  CardTitle,
  Divider,
  ExpandableSection,
  Title,
} from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { Banner } from '@/features/configuration/Banner';
import { safeTarget } from './redirect';
import { useSession } from './session';
import { SignInForm } from './SignInForm';

/** Where one signs in; goes on to what was asked for. */
export default function SignInPage() {
  const { t } = useTranslation();
  const { system } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [parameters] = useSearchParams();
  useEffect(() => {
    document.title = `${t('common.signIn')} · ${t('common.product')}`;
  }, [t]);
  const enter = async () => {
    // Whatever nobody was shown before may look different to the account.
    await queries.resetQueries();
    await navigate(safeTarget(parameters.get('redirect_url')), { replace: true });
  };
  const provider = system.auth_mode === 'oidc_auth' ? system.oidc_provider_name || 'OIDC' : null;
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
          {provider !== null && (
            <>
              <Button component="a" href="/c/oidc/login" isBlock>
                {t('session.withProvider', { provider })}
              </Button>
              <Divider />
              <p>{t('session.or')}</p>
            </>
          )}
          <SignInForm onDone={enter} />
        </CardBody>
        <CardFooter>
          <ExpandableSection toggleText={t('session.firstRun')}>{t('session.firstRunHint')}</ExpandableSection>
          <Link to="/harbor/projects">{t('session.browse')}</Link>
        </CardFooter>
      </Card>
    </main>
  );
}
