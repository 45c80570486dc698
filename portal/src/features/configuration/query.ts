import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { getConfigurations, type ConfigurationsResponse } from '@/api/generated';
import { body } from '@/api/pages';

/** Every key with its value, and whether it can be changed. */
export const configurationQuery = queryOptions({
  queryKey: ['configuration'],
  queryFn: () => body(getConfigurations()),
  staleTime: 30_000,
});

/** The configuration; the page waits for it. */
export function useConfiguration(): ConfigurationsResponse {
  return useSuspenseQuery(configurationQuery).data;
}

/** Whether the environment has the configuration: then no key can be changed. */
export function isOverwritten(configuration: ConfigurationsResponse): boolean {
  return !configuration.banner_message.editable;
}
