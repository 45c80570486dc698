import { EmptyState, EmptyStateActions, EmptyStateFooter } from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <EmptyState titleText={t('common.error.notFound')} headingLevel="h1" icon={SearchIcon}>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Link to="/harbor/projects">{t('titles.projects')}</Link>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
