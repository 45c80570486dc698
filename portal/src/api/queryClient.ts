import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './errors';

/** Answers are shown while they are asked for again; only a server that did not answer is asked a second time. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && [0, 502, 503, 504].includes(error.status),
      },
      mutations: { retry: false },
    },
  });
}
