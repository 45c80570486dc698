import { useToast } from '@/shared/Toasts';
import { TrashLink } from './TrashLink';

/** Says that something of a project was deleted, with the way to where it can be brought back. */
export function useSayDeleted(projectId: number): (title: string) => void {
  const say = useToast();
  return (title) => say(title, <TrashLink projectId={projectId} />);
}
