import { queryOptions } from '@tanstack/react-query';
import { listAuditLogEventTypes } from '@/api/generated';
import { body } from '@/api/pages';

/** The names of all event types, such as `create_artifact`; they do not change while the server runs. */
export const eventTypesQuery = queryOptions({
  queryKey: ['audit-event-types'],
  queryFn: async () => (await body(listAuditLogEventTypes())).map((type) => type.event_type),
  staleTime: Infinity,
});
