import { Stack } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { platformName } from '@/features/repositories/platforms';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { ErrorAlert } from '@/shared/Failure';
import { imageDetails, isIndex } from '../details';
import { childrenOf } from '../platformTable';
import { artifactOptions } from '../useArtifact';
import { choosePlatforms, comparePlatforms, type Platform } from './compare';
import { ConfigDifferences } from './ConfigDifferences';
import { Differences } from './Differences';
import { FactDifferences } from './FactDifferences';
import { LayerDifferences } from './LayerDifferences';
import { PlatformChoice } from './PlatformChoice';
import '@/features/artifacts/texts';

interface Props {
  repository: RepositoryPlace;
  left: ArtifactView;
  right: ArtifactView;
  /** Platforms that were chosen, of indexes. */
  wanted: { left: string | null; right: string | null };
  onPlatform: (side: 'left' | 'right', platform: string) => void;
  isEqualShown: boolean;
}

/** What differs between two artifacts; of indexes, between an image of each. */
export function Comparison({ repository, left, right, wanted, onPlatform, isEqualShown }: Props) {
  const { t } = useTranslation();
  const platforms = { left: platformsOf(left), right: platformsOf(right) };
  const chosen = choosePlatforms(platforms.left, platforms.right, {
    left: wanted.left ?? ownPlatform(left),
    right: wanted.right ?? ownPlatform(right),
  });
  const leftImage = useImage(repository, left, chosen.left);
  const rightImage = useImage(repository, right, chosen.right);
  const error = leftImage.error ?? rightImage.error;
  const hasIndex = isIndex(left) || isIndex(right);
  return (
    <Stack hasGutter>
      {hasIndex && (
        <>
          <Differences
            title={t('artifacts.comparison.platforms')}
            differences={comparePlatforms(platforms.left, platforms.right)}
            isEqualShown={isEqualShown}
          />
          <PlatformChoice platforms={platforms} chosen={chosen} onPlatform={onPlatform} />
        </>
      )}
      {error && <ErrorAlert error={error} />}
      {(leftImage.isLoading || rightImage.isLoading) && <Waiting />}
      {leftImage.data && rightImage.data && (
        <>
          <FactDifferences left={leftImage.data} right={rightImage.data} isEqualShown={isEqualShown} />
          <LayerDifferences repository={repository} left={leftImage.data} right={rightImage.data} />
          <ConfigDifferences left={leftImage.data} right={rightImage.data} isEqualShown={isEqualShown} />
        </>
      )}
    </Stack>
  );
}

function platformsOf(artifact: ArtifactView): Platform[] {
  if (!isIndex(artifact)) return [];
  return childrenOf(artifact.references ?? []).images.map(({ platform, digest }) => ({ name: platform, digest }));
}

/** Of an image: what it is compared with is to be of the same. */
function ownPlatform(artifact: ArtifactView): string | null {
  return isIndex(artifact) ? null : (platformName(imageDetails(artifact.extra_attrs)) ?? null);
}

/** The artifact itself, or of an index the image of one platform. */
function useImage(repository: RepositoryPlace, artifact: ArtifactView, platform: Platform | undefined) {
  const isNeeded = isIndex(artifact) && platform !== undefined;
  const child = useQuery({ ...artifactOptions(repository, platform?.digest ?? ''), enabled: isNeeded });
  return isNeeded ? child : { data: artifact, error: null, isLoading: false };
}
