import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { platformName } from '@/features/repositories/platforms';
import { formatBytes } from '@/shared/format';
import { imageDetails, shellWords } from '../details';
import { compareFacts } from './compare';
import { Differences } from './Differences';
import '@/features/artifacts/texts';

interface Props {
  left: ArtifactView;
  right: ArtifactView;
  isEqualShown: boolean;
}

/** What every artifact has, and what an image runs. */
export function FactDifferences({ left, right, isEqualShown }: Props) {
  const { t } = useTranslation();
  const facts = (artifact: ArtifactView): [string, string | undefined][] => {
    const image = imageDetails(artifact.extra_attrs);
    return [
      [t('artifacts.facts.digest'), artifact.digest],
      [t('artifacts.facts.type'), artifact.type],
      [t('artifacts.facts.size'), exactSize(artifact.size ?? 0)],
      [t('artifacts.facts.platform'), platformName(image)],
      [t('artifacts.facts.osVersion'), image.osVersion],
      [t('artifacts.facts.mediaType'), artifact.manifest_media_type],
      [t('artifacts.facts.artifactType'), artifact.artifact_type],
      [t('artifacts.facts.pushed'), artifact.push_time],
      [t('artifacts.facts.created'), image.created],
      [t('artifacts.facts.author'), image.author],
      [t('artifacts.config.entrypoint'), shellWords(image.entrypoint)],
      [t('artifacts.config.command'), shellWords(image.command)],
      [t('artifacts.config.workingDir'), image.workingDir],
      [t('artifacts.config.user'), image.user],
      [t('artifacts.config.stopSignal'), image.stopSignal],
    ];
  };
  const ofRight = new Map(facts(right));
  return (
    <Differences
      title={t('artifacts.comparison.facts')}
      differences={compareFacts(facts(left).map(([name, value]) => [name, value, ofRight.get(name)]))}
      isEqualShown={isEqualShown}
    />
  );
}

/** So exact that two sizes that differ do not look equal. */
function exactSize(bytes: number): string {
  return bytes < 1024 ? formatBytes(bytes) : `${formatBytes(bytes)} (${bytes} B)`;
}
