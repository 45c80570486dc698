import { Label } from '@patternfly/react-core';
import type { ArtifactLabelView } from '@/api/generated';

/** The labels of an artifact. */
export function ArtifactLabels({ labels }: { labels: ArtifactLabelView[] }) {
  return (
    <span className="m-chips">
      {labels.map(({ id, name }) => (
        <Label key={id} isCompact>
          {name}
        </Label>
      ))}
    </span>
  );
}
