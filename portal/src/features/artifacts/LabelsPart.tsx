import { Button } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { ArtifactLabels } from '@/features/repositories/ArtifactLabels';
import { useCanInProject } from '@/session/session';
import { Part } from './Part';
import { useArtifact } from './useArtifact';
import './texts';

const LabelsDialog = lazy(() => import('@/features/repositories/LabelsDialog'));

/** The labels of an artifact, to be put on and taken off. */
export function LabelsPart() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const can = useCanInProject(artifact.project_id);
  const [isChanging, setChanging] = useState(false);
  const labels = artifact.labels ?? [];
  const change = can('artifact-label', 'create') && (
    <Button variant="link" isInline onClick={() => setChanging(true)}>
      {t('artifacts.labels.change')}
    </Button>
  );
  return (
    <Part title={t('artifacts.labels.title')} actions={change}>
      {labels.length === 0 ? t('artifacts.labels.none') : <ArtifactLabels labels={labels} />}
      <Suspense>{isChanging && <LabelsDialog artifact={artifact} onClose={() => setChanging(false)} />}</Suspense>
    </Part>
  );
}
