import { Nav, NavGroup, NavItem, NavList } from '@patternfly/react-core';
import ExternalLinkAltIcon from '@patternfly/react-icons/dist/esm/icons/external-link-alt-icon';
import { useTranslation } from '@/texts';
import { Link, useLocation } from 'react-router';
import { FEATURES } from '@/features';
import { useCanInSystem, useSession } from '@/session/session';
import type { NavigationEntry } from './feature';

const ENTRIES = FEATURES.flatMap((feature) => feature.navigation ?? []).sort((a, b) => a.order - b.order);

/** The entries that are of use to who sits there. */
export function Navigation() {
  const { t } = useTranslation();
  const session = useSession();
  const can = useCanInSystem();
  const visible = ENTRIES.filter((entry) => entry.isVisible?.(session, can) ?? true);
  const administration = visible.filter((entry) => entry.isAdministration);
  return (
    <Nav aria-label={t('common.globalNavigation')}>
      <NavList>
        {visible
          .filter((entry) => !entry.isAdministration)
          .map((entry) => (
            <Entry key={entry.title} entry={entry} />
          ))}
      </NavList>
      {administration.length > 0 && (
        <NavGroup title={t('common.administration')}>
          {administration.map((entry) => (
            <Entry key={entry.title} entry={entry} />
          ))}
        </NavGroup>
      )}
    </Nav>
  );
}

function Entry({ entry }: { entry: NavigationEntry }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const title = t(entry.title);
  if (entry.href !== undefined) {
    return (
      <NavItem itemId={entry.href}>
        <a href={entry.href} target="_blank" rel="noopener">
          {title} <ExternalLinkAltIcon />
        </a>
      </NavItem>
    );
  }
  const to = `/harbor/${entry.path}`;
  return (
    <NavItem itemId={entry.path} isActive={pathname === to || pathname.startsWith(`${to}/`)}>
      <Link to={to}>{title}</Link>
    </NavItem>
  );
}
