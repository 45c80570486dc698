import { projectKey } from '@/features/projects/useProject';
import { useSayDeleted } from '@/features/trash/useSayDeleted';
import { useAction } from '@/shared/useAction';
import { deleteEach, type Outcome } from './deleteEach';

interface Options<Item> {
  projectId: number;
  remove: (item: Item) => Promise<unknown>;
  /** What is said of so many that were deleted. */
  done: (items: Item[]) => string;
  /** After all of them were. */
  onDone: (deleted: Item[]) => void;
}

/** Deletes some things of a project, and says where they can be brought back; `data` has what was refused. */
export function useDeletions<Item>({ projectId, remove, done, onDone }: Options<Item>) {
  const say = useSayDeleted(projectId);
  return useAction<Item[], Outcome<Item>>({
    run: (items) => deleteEach(items, remove),
    changes: [projectKey(projectId)],
    onDone: ({ deleted, refused }) => {
      if (deleted.length > 0) say(done(deleted));
      if (refused.length === 0) onDone(deleted);
    },
  });
}
