import { useProject } from '@/features/projects/useProject';
import RunDialog from './RunDialog';
import { usePolicy } from './usePolicy';

/** Asks before a run, where the policy has not been asked for yet. */
export default function RunNow({ onClose }: { onClose: () => void }) {
  const { data } = usePolicy(useProject());
  return data === undefined ? null : <RunDialog policy={data} onClose={onClose} />;
}
