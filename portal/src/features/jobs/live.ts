/** What the pages of the job service share: whether they keep asking. */

import { useOutletContext } from 'react-router';

/** Seconds between two looks. */
export const INTERVAL = 5;

/** Milliseconds between two looks for `refetchInterval`; queries make none while the page is hidden. */
export type Refetch = number | false;

export function useRefetch(): Refetch {
  return useOutletContext<Refetch>();
}
