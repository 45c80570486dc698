import type { ArtifactLabelView } from '@/api/generated';
import { LabelChip } from '@/features/labels/LabelChip';
import './repositories.css';

/** The labels of an artifact. */
export function ArtifactLabels({ labels }: { labels: ArtifactLabelView[] }) {
  return (
    <div className="m-chips">
      {labels.map(({ id, name, color }) => (
        <LabelChip key={id} name={name} color={color} />
      ))}
    </div>
  );
}
