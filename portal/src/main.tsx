import '@patternfly/react-core/dist/styles/base.css';
import './app/styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { configureClient } from './api/client';
import { makeQueryClient } from './api/queryClient';
import { PageBoundary } from './app/PageBoundary';
import { Routes } from './app/Routes';
import { followSystemTheme } from './app/theme';
import { Waiting } from './app/Waiting';
import { Toasts } from './shared/Toasts';
import { chooseLanguage, preferredLanguage } from './texts';

configureClient();
followSystemTheme();
await chooseLanguage(preferredLanguage(), false);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={makeQueryClient()}>
      <BrowserRouter>
        <Toasts>
          <PageBoundary>
            <Suspense fallback={<Waiting />}>
              <Routes />
            </Suspense>
          </PageBoundary>
        </Toasts>
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
);
