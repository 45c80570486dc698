import { Alert, Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from '@patternfly/react-core';
import BanIcon from '@patternfly/react-icons/dist/esm/icons/ban-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { useTranslation } from '@/texts';
import { ApiError } from '@/api/errors';
import { CopyButton } from './Copy';

function useMessage(error: unknown): string {
  const { t } = useTranslation();
  if (error instanceof ApiError && error.status === 0) return t('common.error.unreachable');
  return error instanceof Error ? error.message : String(error);
}

function RequestId({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiError) || error.requestId === '') return null;
  return (
    <div className="m-request-id">
      {t('common.error.requestId', { id: error.requestId })}
      <CopyButton text={error.requestId} label={t('common.error.copyRequestId')} />
    </div>
  );
}

/** An error beside what was tried: in a dialog, a form, above a table. */
export function ErrorAlert({ error, title, onRetry }: { error: unknown; title?: string; onRetry?: () => void }) {
  const { t } = useTranslation();
  const message = useMessage(error);
  const forbidden = error instanceof ApiError && error.status === 403;
  return (
    <Alert
      variant="danger"
      isInline
      component="p"
      title={title ?? (forbidden ? t('common.error.forbidden') : t('common.error.title'))}
      actionLinks={
        onRetry && (
          <Button variant="link" isInline onClick={onRetry}>
            {t('common.retry')}
          </Button>
        )
      }
    >
      <p>{message}</p>
      {forbidden && <p>{t('common.error.forbiddenHint')}</p>}
      <RequestId error={error} />
    </Alert>
  );
}

/** An error in place of what could not be loaded. */
export function Failure({
  error,
  onRetry,
  children,
}: {
  error: unknown;
  onRetry?: () => void;
  children?: React.ReactNode;
}) {
  const { t } = useTranslation();
  const message = useMessage(error);
  const status = error instanceof ApiError ? error.status : undefined;
  const [title, icon] =
    status === 403
      ? [t('common.error.forbidden'), BanIcon]
      : status === 404
        ? [t('common.error.notFound'), SearchIcon]
        : [t('common.error.title'), ExclamationCircleIcon];
  return (
    <EmptyState titleText={title} headingLevel="h2" icon={icon} status={status === 404 ? 'info' : 'danger'}>
      <EmptyStateBody>
        <p>{message}</p>
        {status === 403 && <p>{t('common.error.forbiddenHint')}</p>}
        <RequestId error={error} />
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          {onRetry && (
            <Button variant="primary" onClick={onRetry}>
              {t('common.retry')}
            </Button>
          )}
          {children}
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
