import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { ArtifactType } from '@/features/repositories/ArtifactType';
import { platformName } from '@/features/repositories/platforms';
import { Digest } from '@/shared/Copy';
import { Facts } from '@/shared/Facts';
import { formatBytes, isTime } from '@/shared/format';
import { Time } from '@/shared/Time';
import { Breakable } from './Breakable';
import { imageDetails, isIndex } from './details';
import './texts';

/** What is known of every artifact, and of images in general. */
export function AboutArtifact({ artifact }: { artifact: ArtifactView }) {
  const { t } = useTranslation();
  const image = imageDetails(artifact.extra_attrs);
  const size = formatBytes(artifact.size ?? 0);
  const { media_type: content, manifest_media_type: manifest, artifact_type: type } = artifact;
  return (
    <Facts
      facts={[
        [t('artifacts.facts.digest'), <Digest key="digest" value={artifact.digest} />],
        [t('artifacts.facts.type'), <ArtifactType key="type" type={artifact.type} />],
        [t('artifacts.facts.platform'), platformName(image)],
        [t('artifacts.facts.osVersion'), image.osVersion],
        [t('artifacts.facts.size'), isIndex(artifact) ? t('artifacts.facts.sizeOfIndex', { size }) : size],
        [t('artifacts.facts.pushed'), <Time key="pushed" value={artifact.push_time} />],
        [t('artifacts.facts.pulled'), <Time key="pulled" value={artifact.pull_time} />],
        [t('artifacts.facts.created'), isTime(image.created) ? <Time value={image.created} /> : null],
        [t('artifacts.facts.author'), image.author],
        [t('artifacts.facts.mediaType'), <MediaType key="media" name={manifest} />],
        [t('artifacts.facts.artifactType'), kindOf(type || content, manifest)],
      ]}
    />
  );
}

/** What the artifact is, unless that is what its media type says. */
function kindOf(type: string | undefined, manifest: string) {
  return type && type !== manifest ? <MediaType name={type} /> : null;
}

function MediaType({ name }: { name: string }) {
  return (
    <code>
      <Breakable text={name} />
    </code>
  );
}
