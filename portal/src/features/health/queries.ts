import { queryOptions } from '@tanstack/react-query';
import { getHealth, getIntegrity, getStatistic, getVolumes } from '@/api/generated';
import { body } from '@/api/pages';

const OFTEN = 10_000;
const SELDOM = 60_000;

export const healthQuery = queryOptions({
  queryKey: ['health', 'components'],
  queryFn: () => body(getHealth()),
  refetchInterval: OFTEN,
});

export const volumesQuery = queryOptions({
  queryKey: ['health', 'volumes'],
  queryFn: async () => (await body(getVolumes())).storage,
  refetchInterval: SELDOM,
});

export const statisticQuery = queryOptions({
  queryKey: ['health', 'statistic'],
  queryFn: () => body(getStatistic()),
  refetchInterval: SELDOM,
});

export const integrityQuery = queryOptions({
  queryKey: ['health', 'integrity'],
  queryFn: () => body(getIntegrity()),
  refetchInterval: SELDOM,
});
