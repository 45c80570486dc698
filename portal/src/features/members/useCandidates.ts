import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { searchUserGroups, searchUsers } from '@/api/generated';
import { page } from '@/api/pages';
import type { Candidate, Kind } from './member';

/** As many as a list that is typed into shows. */
const MOST = 10;

/** Waits a moment after a letter, so that a word is one request. */
const TYPING = 250;

/** Users or groups whose name has what was typed in it, the nearest first. */
export function useCandidates(kind: Kind, typed: string) {
  const wanted = useSettled(typed.trim());
  return useQuery({
    queryKey: ['candidates', kind, wanted],
    queryFn: () => find(kind, wanted),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
}

async function find(kind: Kind, name: string): Promise<Candidate[]> {
  const range = { page: 1, page_size: MOST };
  if (kind === 'u') {
    const { items } = await page(searchUsers({ query: { ...range, username: name } }));
    return items.map(({ user_id, username }) => ({ kind, id: user_id, name: username }));
  }
  const { items } = await page(searchUserGroups({ query: { ...range, groupname: name } }));
  return items.map(({ id, group_name }) => ({ kind, id, name: group_name }));
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
