import { Grid, GridItem, Stack } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { PullCommands } from '@/features/repositories/PullCommands';
import { useCanInProject } from '@/session/session';
import { AboutArtifact } from './AboutArtifact';
import { AboutChart } from './AboutChart';
import { AboutImage } from './AboutImage';
import { flatten } from './comparison/compare';
import { isIndex } from './details';
import { LabelsPart } from './LabelsPart';
import { Part } from './Part';
import { TagsPart } from './TagsPart';
import { useArtifact } from './useArtifact';
import { Values } from './Values';
import './texts';

/** What an artifact is, what it is called, and how to pull it. */
export default function OverviewTab() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const can = useCanInProject(artifact.project_id);
  const attributes = flatten(artifact.extra_attrs);
  const annotations = artifact.annotations ?? {};
  return (
    <Grid hasGutter>
      <GridItem lg={7}>
        <Stack hasGutter>
          <Part title={t('artifacts.facts.title')}>
            <AboutArtifact artifact={artifact} />
          </Part>
          {artifact.type === 'IMAGE' && !isIndex(artifact) && <AboutImage artifact={artifact} />}
          {artifact.type === 'CHART' && <AboutChart artifact={artifact} />}
          {!['IMAGE', 'CHART'].includes(artifact.type) && Object.keys(attributes).length > 0 && (
            <Part title={t('artifacts.config.title')}>
              <Values label={t('artifacts.config.attributes')} values={attributes} />
            </Part>
          )}
          {Object.keys(annotations).length > 0 && (
            <Part title={t('artifacts.annotations')}>
              <Values label={t('artifacts.annotations')} values={annotations} />
            </Part>
          )}
        </Stack>
      </GridItem>
      <GridItem lg={5}>
        <Stack hasGutter>
          <TagsPart />
          <LabelsPart />
          {can('repository', 'pull') && (
            <Part title={t('artifacts.pull')}>
              <PullCommands
                repository={artifact.repository_name}
                digest={artifact.digest}
                tags={(artifact.tags ?? []).map((tag) => tag.name)}
                type={artifact.type}
              />
            </Part>
          )}
        </Stack>
      </GridItem>
    </Grid>
  );
}
