import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { searchUserGroups, searchUsers } from '@/api/generated';
import { page } from '@/api/pages';
import { useDelayed } from '@/shared/useDelayed';
import type { Candidate } from './member';

/** As many of each as a list that is typed into shows. */
const MOST = 8;

interface Found {
  users: Candidate[];
  groups: Candidate[];
}

/** Users and groups whose name has what was typed in it, the nearest first. */
export function useCandidates(typed: string) {
  const wanted = useDelayed(typed.trim());
  return useQuery({
    queryKey: ['candidates', wanted],
    queryFn: () => find(wanted),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
}

async function find(name: string): Promise<Found> {
  const range = { page: 1, page_size: MOST };
  const [users, groups] = await Promise.all([
    page(searchUsers({ query: { ...range, username: name } })),
    page(searchUserGroups({ query: { ...range, groupname: name } })),
  ]);
  return {
    users: users.items.map(({ user_id, username }) => ({ kind: 'u', id: user_id, name: username })),
    groups: groups.items.map(({ id, group_name }) => ({ kind: 'g', id, name: group_name })),
  };
}
