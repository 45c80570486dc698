import '@patternfly/react-core/dist/styles/base.css';
import './app/styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import {
  UNSAFE_createBrowserHistory as createBrowserHistory,
  unstable_HistoryRouter as HistoryRouter,
} from 'react-router';
import { configureClient } from './api/client';
import { makeQueryClient } from './api/queryClient';
import { Guarded } from './app/Guarded';
import { guardedHistory } from './app/guardedHistory';
import { LeaveGuard } from './app/leaveGuard';
import { PageBoundary } from './app/PageBoundary';
import { Routes } from './app/Routes';
import { followSystemTheme } from './app/theme';
import { Waiting } from './app/Waiting';
import { watchMissingCode } from './shared/missingCode';
import { Toasts } from './shared/Toasts';
import { chooseLanguage, preferredLanguage } from './texts';

configureClient();
watchMissingCode();
followSystemTheme();
await chooseLanguage(preferredLanguage(), false);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element');

const guard = new LeaveGuard();
const history = guardedHistory(createBrowserHistory({ v5Compat: true }), guard);

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={makeQueryClient()}>
      <HistoryRouter history={history}>
        <Toasts>
          <Guarded guard={guard}>
            <PageBoundary>
              <Suspense fallback={<Waiting />}>
                <Routes />
              </Suspense>
            </PageBoundary>
          </Guarded>
        </Toasts>
      </HistoryRouter>
    </QueryClientProvider>
  </StrictMode>,
);
