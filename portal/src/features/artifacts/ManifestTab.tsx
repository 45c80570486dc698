import { Alert, Stack, StackItem, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { useSearchParams } from 'react-router';
import { Waiting } from '@/app/Waiting';
import { Failure } from '@/shared/Failure';
import { formatBytes, shortDigest } from '@/shared/format';
import { Document } from './Document';
import { isJson, type Descriptor, type Manifest } from './manifest';
import { MOST_SHOWN, useBlobText, useManifest } from './registry';
import { useArtifact } from './useArtifact';
import './texts';

/** The manifest, and the configuration it names, as they were pushed. */
export default function ManifestTab() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const manifest = useManifest(artifact);
  const [parameters, setParameters] = useSearchParams();
  const isConfig = parameters.get('document') === 'config';
  if (manifest.error) return <Failure error={manifest.error} onRetry={() => void manifest.refetch()} />;
  if (!manifest.data) return <Waiting />;
  const { config } = manifest.data;
  const choose = (document: string) => setParameters(document === '' ? {} : { document }, { replace: true });
  return (
    <Stack hasGutter>
      {config !== undefined && (
        <StackItem>
          <ToggleGroup aria-label={t('artifacts.documents.which')}>
            <ToggleGroupItem
              text={t('artifacts.documents.manifest')}
              buttonId="document-manifest"
              isSelected={!isConfig}
              onChange={() => choose('')}
            />
            <ToggleGroupItem
              text={t('artifacts.documents.config')}
              buttonId="document-config"
              isSelected={isConfig}
              onChange={() => choose('config')}
            />
          </ToggleGroup>
        </StackItem>
      )}
      <StackItem>
        {isConfig && config !== undefined ? (
          <Config config={config} />
        ) : (
          <ManifestDocument manifest={manifest.data} mediaType={artifact.manifest_media_type} />
        )}
      </StackItem>
    </Stack>
  );
}

function ManifestDocument({ manifest, mediaType }: { manifest: Manifest; mediaType: string }) {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const size = formatBytes(new TextEncoder().encode(manifest.text).length);
  return (
    <>
      <p>{t('artifacts.documents.bytes', { mediaType, size })}</p>
      <Document
        text={manifest.text}
        label={t('artifacts.documents.manifest')}
        fileName={`manifest-${fileId(artifact.digest)}.json`}
        mediaType={mediaType}
        isJson
      />
    </>
  );
}

function Config({ config }: { config: Descriptor }) {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const isShown = isJson(config.mediaType) && config.size <= MOST_SHOWN;
  const text = useBlobText(artifact.repository_name, isShown ? config : undefined);
  if (!isShown) return <Alert variant="info" isInline title={t('artifacts.documents.notShown')} />;
  if (text.error) return <Failure error={text.error} onRetry={() => void text.refetch()} />;
  if (text.data === undefined) return <Waiting />;
  const { mediaType } = config;
  return (
    <>
      <p>{t('artifacts.documents.bytes', { mediaType, size: formatBytes(config.size) })}</p>
      <Document
        text={text.data}
        label={t('artifacts.documents.config')}
        fileName={`config-${fileId(config.digest)}.json`}
        mediaType={mediaType}
        isJson
      />
    </>
  );
}

function fileId(digest: string): string {
  return shortDigest(digest).replace(':', '-');
}
