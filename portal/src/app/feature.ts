/** What a feature brings along: a folder below `features`, named in `features/index.ts`, nothing else. */

import type { RouteObject } from 'react-router';
import type { ProjectView } from '@/api/generated';
import type { Can, Session } from '@/session/session';
import type { TextKey } from '@/texts';

/** An entry of the main navigation: of a page of the portal, or of another one of this server. */
export type NavigationEntry = {
  title: TextKey;
  /** Where it stands among the others, from the top. */
  order: number;
  isAdministration?: boolean;
  isVisible?: (session: Session, can: Can) => boolean;
} & (
  | {
      /** Below /harbor. */
      path: string;
      href?: undefined;
    }
  | { href: string; path?: undefined }
);

/** A tab of the project's page. */
export interface ProjectTab {
  /** Below the project. */
  path: string;
  title: TextKey;
  order: number;
  isVisible: (can: Can, project: ProjectView, session: Session) => boolean;
  /** `lazyPage(...)`; a tab with pages below its own gets the rest of the address. */
  element: React.ReactNode;
  children?: RouteObject[];
  /** The path of the tab that this one is a part of: it has no place among the others, that one's page leads to it. */
  within?: string;
}

/** Below /harbor, made by `lazyPage`. */
export interface Feature {
  navigation?: NavigationEntry[];
  routes?: RouteObject[];
  projectTabs?: ProjectTab[];
}
