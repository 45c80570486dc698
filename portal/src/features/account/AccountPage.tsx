import { Alert, Card, CardBody, CardTitle, Grid, GridItem, PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Navigate } from 'react-router';
import type { UserView } from '@/api/generated';
import { useSession } from '@/session/session';
import { Facts } from '@/shared/Facts';
import { PageHeader } from '@/shared/PageHeader';
import { Time } from '@/shared/Time';
import { ApiSecret } from './ApiSecret';
import { PasswordForm } from './PasswordForm';
import { Preferences } from './Preferences';
import { ProfileForm } from './ProfileForm';
import { profileOf } from './profile';
import './texts';

/** The account the server always keeps itself, however others log in. */
const BUILT_IN_ADMIN = 1;

/** What concerns only who is signed in. */
export default function AccountPage() {
  const { user } = useSession();
  if (user === null) return <Navigate to="/account/sign-in?redirect_url=/harbor/account" replace />;
  return <Account user={user} />;
}

function Account({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const { system } = useSession();
  const isKeptHere = system.auth_mode === 'db_auth' || user.user_id === BUILT_IN_ADMIN;
  const profile = profileOf(user);
  return (
    <>
      <PageHeader title={t('titles.account')}>
        <Facts
          columns={3}
          facts={[
            [t('account.username'), user.username],
            [t('account.administrator'), t(user.sysadmin_flag ? 'common.yes' : 'common.no')],
            [t('account.since'), <Time key="since" value={user.creation_time} />],
          ]}
        />
      </PageHeader>
      <PageSection hasBodyWrapper={false}>
        <Grid hasGutter span={12} lg={6}>
          <Panel title={t('account.profile')}>
            {isKeptHere ? (
              <ProfileForm key={user.update_time} userId={user.user_id} saved={profile} />
            ) : (
              <>
                <Alert variant="info" isInline isPlain title={t('account.keptElsewhere')} />
                <Facts
                  columns={1}
                  facts={[
                    [t('account.realname'), profile.realname],
                    [t('account.email'), profile.email],
                    [t('account.comment'), profile.comment],
                  ]}
                />
              </>
            )}
          </Panel>
          {isKeptHere && (
            <Panel title={t('account.password')}>
              <PasswordForm user={user} />
            </Panel>
          )}
          {!isKeptHere && system.auth_mode === 'oidc_auth' && (
            <Panel title={t('account.secret')}>
              <ApiSecret user={user} />
            </Panel>
          )}
          <Panel title={t('account.preferences')}>
            <Preferences />
          </Panel>
        </Grid>
      </PageSection>
    </>
  );
}

function Panel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <GridItem>
      <Card isFullHeight>
        <CardTitle component="h2">{title}</CardTitle>
        <CardBody>{children}</CardBody>
      </Card>
    </GridItem>
  );
}
