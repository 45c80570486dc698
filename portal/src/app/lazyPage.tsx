import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { PageBoundary } from './PageBoundary';
import { Waiting } from './Waiting';

/** The element of a route whose code is loaded when it is opened; the page is the module's default. */
export function lazyPage(load: () => Promise<{ default: ComponentType }>): ReactNode {
  const Page = lazy(load);
  return (
    <PageBoundary>
      <Suspense fallback={<Waiting />}>
        <Page />
      </Suspense>
    </PageBoundary>
  );
}
