import { Breadcrumb, BreadcrumbItem, Content, PageSection, Title } from '@patternfly/react-core';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';

interface Crumb {
  title: string;
  to: string;
}

interface Props {
  title: ReactNode;
  /** In the browser's tab; the title when that is text. */
  tabTitle?: string;
  description?: ReactNode;
  /** The pages above this one. */
  crumbs?: Crumb[];
  actions?: ReactNode;
  children?: ReactNode;
}

/** The top of a page: where it is, what it is called, what can be done with it. */
export function PageHeader({ title, tabTitle, description, crumbs = [], actions, children }: Props) {
  const { t } = useTranslation();
  const name = tabTitle ?? (typeof title === 'string' ? title : '');
  useEffect(() => {
    document.title = name === '' ? t('common.product') : `${name} · ${t('common.product')}`;
  }, [name, t]);
  return (
    <PageSection hasBodyWrapper={false} className="m-page-header">
      {crumbs.length > 0 && (
        <Breadcrumb aria-label={t('common.breadcrumb')}>
          {crumbs.map((crumb) => (
            <BreadcrumbItem
              key={crumb.to}
              render={(props) => (
                <Link to={crumb.to} className={props.className}>
                  {crumb.title}
                </Link>
              )}
            />
          ))}
          <BreadcrumbItem isActive>{name}</BreadcrumbItem>
        </Breadcrumb>
      )}
      <div className="m-heading">
        <div className="m-shrink">
          <Title headingLevel="h1">{title}</Title>
          {description && <Content component="p">{description}</Content>}
        </div>
        {actions && <div>{actions}</div>}
      </div>
      {children}
    </PageSection>
  );
}
