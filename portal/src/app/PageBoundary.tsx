import { QueryErrorResetBoundary } from '@tanstack/react-query';
import { Component, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { Link, useLocation } from 'react-router';
import { hasStatus } from '@/api/errors';
import { useSession } from '@/session/session';
import { Failure } from '@/shared/Failure';

interface CatcherProps {
  /** The address: what failed on one page says nothing of another. */
  place: string;
  onRetry: () => void;
  children: ReactNode;
}

/** Shows what went wrong in place of the page that failed. */
export function PageBoundary({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Catcher place={pathname} onRetry={reset}>
          {children}
        </Catcher>
      )}
    </QueryErrorResetBoundary>
  );
}

class Catcher extends Component<CatcherProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: CatcherProps) {
    if (before.place !== this.props.place && this.state.error !== undefined) {
      this.props.onRetry();
      this.setState({ error: undefined });
    }
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: undefined });
    };
    return (
      <Failure error={error} onRetry={retry}>
        {hasStatus(error, 401, 403, 404) && <SignInInstead />}
      </Failure>
    );
  }
}

/** For who is nobody yet: what is hidden from all may be there for an account. */
function SignInInstead() {
  const { t } = useTranslation();
  const { user } = useSession();
  const { pathname, search } = useLocation();
  if (user !== null) return null;
  return (
    <>
      {t('common.error.signInHint')}{' '}
      <Link to={`/account/sign-in?redirect_url=${encodeURIComponent(pathname + search)}`}>{t('common.signIn')}</Link>
    </>
  );
}
