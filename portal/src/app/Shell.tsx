import {
  Alert,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import BarsIcon from '@patternfly/react-icons/dist/esm/icons/bars-icon';
import { lazy, Suspense } from 'react';
import { useTranslation } from '@/texts';
import { Link, Outlet, useLocation } from 'react-router';
import { Banner } from '@/features/configuration/Banner';
import { useSession } from '@/session/session';
import { SignInAgain } from '@/session/SignInAgain';
import { AccountMenu } from './AccountMenu';
import { Navigation } from './Navigation';

const GlobalSearch = lazy(() => import('@/features/search/GlobalSearch'));

const MAIN = 'main-content';

/** What is around every page: product, account, navigation. */
export function Shell() {
  const { t } = useTranslation();
  const { user, system } = useSession();
  const { pathname, search } = useLocation();
  const masthead = (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" aria-label={t('common.globalNavigation')}>
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/harbor/projects" className="m-brand">
            <img src="/favicon.svg" alt="" />
            {t('common.product')}
          </Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isFullHeight>
          <ToolbarContent>
            <ToolbarItem className="m-global-search-place">
              <Suspense>
                <GlobalSearch />
              </Suspense>
            </ToolbarItem>
            <ToolbarItem align={{ default: 'alignEnd' }}>
              {user === null ? (
                <Link to={`/account/sign-in?redirect_url=${encodeURIComponent(pathname + search)}`}>
                  {t('common.signIn')}
                </Link>
              ) : (
                <AccountMenu user={user} />
              )}
            </ToolbarItem>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
  const sidebar = (
    <PageSidebar>
      <PageSidebarBody>
        <Navigation />
      </PageSidebarBody>
    </PageSidebar>
  );
  return (
    <Page
      masthead={masthead}
      sidebar={sidebar}
      isManagedSidebar
      mainContainerId={MAIN}
      mainAriaLabel={t('common.product')}
      skipToContent={<SkipToContent href={`#${MAIN}`}>{t('common.skipToContent')}</SkipToContent>}
      isContentFilled
    >
      <Banner />
      {system.read_only && <Alert variant="warning" isInline title={t('common.readOnly')} />}
      <Outlet />
      {user !== null && <SignInAgain user={user} />}
    </Page>
  );
}
