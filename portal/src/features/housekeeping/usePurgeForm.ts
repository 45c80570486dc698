import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listAuditLogEventTypes, type HistoryView } from '@/api/generated';
import { body } from '@/api/pages';
import type { TypedPurge } from './PurgeFields';
import { ageOf, hoursOf, typesOf } from './purges';

/** What is offered where nothing is known: pulls are most of a log. */
const USUAL: TypedPurge = { amount: '90', unit: 'days', types: ['pull_artifact'] };

/** The form of a purge that begins like a run or a schedule; `value` is undefined until that can be shown. */
export function usePurgeForm(like: HistoryView | null) {
  const types = useQuery({
    queryKey: ['audit-event-types'],
    queryFn: async () => (await body(listAuditLogEventTypes())).map((one) => one.event_type),
    staleTime: Infinity,
  });
  const [typed, setTyped] = useState<TypedPurge | null>(null);
  const known = types.data;
  const value = typed ?? (known && (like === null ? USUAL : typedLike(like, known)));
  return { value, setValue: setTyped, known: known ?? [], error: types.error };
}

function typedLike(run: HistoryView, known: string[]): TypedPurge {
  const { amount, unit } = ageOf(hoursOf(run));
  return { amount: String(amount), unit, types: typesOf(run, known) };
}
