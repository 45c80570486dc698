import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useLocation, useNavigate } from 'react-router';

export interface RouteTab {
  path: string;
  title: string;
  /** Paths of other pages that belong to it. */
  parts?: string[];
}

/** Tabs that are addresses below `base`. The panel is the page's outlet. */
export function RouteTabs({ base, tabs, label }: { base: string; tabs: RouteTab[]; label: string }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const active =
    tabs.find(({ path, parts = [] }) => [path, ...parts].some((each) => isBelow(pathname, `${base}/${each}`)))?.path ??
    '';
  return (
    <Tabs activeKey={active} aria-label={label} component="nav" role="region">
      {tabs.map(({ path, title }) => (
        <Tab
          key={path}
          eventKey={path}
          title={<TabTitleText>{title}</TabTitleText>}
          href={`${base}/${path}`}
          // The panels of tabs that are addresses are pages: none is there beside the one that is shown.
          aria-controls={undefined}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            void navigate(`${base}/${path}`);
          }}
        />
      ))}
    </Tabs>
  );
}

function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(`${path}/`);
}
