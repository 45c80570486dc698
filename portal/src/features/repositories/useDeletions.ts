import { projectKey } from '@/features/projects/useProject';
import { useSayDeleted } from '@/features/trash/useSayDeleted';
import { each, type Outcome } from '@/shared/several';
import { useAction } from '@/shared/useAction';

interface Options<Item> {
  projectId: number;
  remove: (item: Item) => Promise<unknown>;
  /** What is said of so many that were deleted. */
  done: (items: Item[]) => string;
  /** After all of them were. */
  onDone: (deleted: Item[]) => void;
}

/** Deletes some things of a project, and says where they can be brought back; `data` has what failed. */
export function useDeletions<Item>({ projectId, remove, done, onDone }: Options<Item>) {
  const say = useSayDeleted(projectId);
  return useAction<Item[], Outcome<Item>>({
    run: (items) => each(items, remove),
    changes: [projectKey(projectId)],
    onDone: (outcome) => {
      if (outcome.done.length > 0) say(done(outcome.done));
      if (outcome.failed.length === 0) onDone(outcome.done);
    },
  });
}
