import { lazy } from 'react';
import type { ArtifactView } from '@/api/generated';

const CopyArtifact = lazy(() => import('./CopyArtifact'));
const DeleteArtifacts = lazy(() => import('./DeleteArtifacts'));
const LabelsDialog = lazy(() => import('./LabelsDialog'));
const PullDialog = lazy(() => import('./PullDialog'));
const TagsDialog = lazy(() => import('./TagsDialog'));

/** Which dialog is open, and of what. */
export type Opened =
  { what: 'pull' | 'tags' | 'labels' | 'copy'; artifact: ArtifactView } | { what: 'delete'; artifacts: ArtifactView[] };

interface Props {
  opened: Opened;
  onDeleted: () => void;
  onClose: () => void;
}

/** The dialogs of a list of artifacts; the code of each is loaded when it is opened. */
export default function ArtifactDialog({ opened, onDeleted, onClose }: Props) {
  switch (opened.what) {
    case 'pull':
      return (
        <PullDialog
          repository={opened.artifact.repository_name}
          digest={opened.artifact.digest}
          tags={opened.artifact.tags?.map(({ name }) => name) ?? []}
          type={opened.artifact.type}
          onClose={onClose}
        />
      );
    case 'tags':
      return <TagsDialog digest={opened.artifact.digest} onClose={onClose} />;
    case 'labels':
      return <LabelsDialog artifact={opened.artifact} onClose={onClose} />;
    case 'copy':
      return <CopyArtifact artifact={opened.artifact} onClose={onClose} />;
    case 'delete':
      return <DeleteArtifacts artifacts={opened.artifacts} onDeleted={onDeleted} onClose={onClose} />;
  }
}
