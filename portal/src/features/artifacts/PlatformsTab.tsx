import { Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { listArtifacts, type ArtifactView } from '@/api/generated';
import { page } from '@/api/pages';
import { DigestLink } from '@/features/repositories/artifactColumns';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { ErrorAlert } from '@/shared/Failure';
import { formatBytes, shortDigest } from '@/shared/format';
import { Time } from '@/shared/Time';
import { childrenOf, childrenQuery, type Attestation, type Child } from './platformTable';
import { useArtifact } from './useArtifact';
import './texts';

/** Most children whose sizes are looked up. */
const LOOKED_UP = 100;

/** The images of an index, and the attestations about them. */
export default function PlatformsTab() {
  const { t } = useTranslation();
  const { artifact, repository } = useArtifact();
  const { images, attestations } = childrenOf(artifact.references ?? []);
  const details = useDetails(repository, [...images, ...attestations].slice(0, LOOKED_UP));
  return (
    <>
      {details.error && <ErrorAlert error={details.error} onRetry={() => void details.refetch()} />}
      <Images images={images} details={details.data} />
      {attestations.length > 0 && (
        <>
          <Title headingLevel="h2" size="lg">
            {t('artifacts.platforms.attestations')}
          </Title>
          <p>{t('artifacts.platforms.attestationsHint')}</p>
          <Attestations attestations={attestations} details={details.data} />
        </>
      )}
    </>
  );
}

type Details = ReadonlyMap<string, ArtifactView> | undefined;

/** Sizes and times of the children, which the index does not have: one request for all. */
function useDetails(repository: RepositoryPlace, children: Child[]) {
  const q = childrenQuery(children);
  return useQuery({
    queryKey: repository.key('children', q),
    queryFn: async () => {
      const query = { q, with_tag: false, page: 1, page_size: LOOKED_UP };
      const { items } = await page(listArtifacts({ path: repository.path, query }));
      return new Map(items.map((item) => [item.digest, item]));
    },
    enabled: children.length > 0,
  });
}

function Images({ images, details }: { images: Child[]; details: Details }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t('artifacts.platforms.list')} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>{t('artifacts.platforms.platform')}</Th>
          <Th>{t('artifacts.platforms.digest')}</Th>
          <Th className="m-right">{t('artifacts.platforms.size')}</Th>
          <Th>{t('artifacts.platforms.pulled')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {images.map((image) => (
          <Tr key={image.digest}>
            <Td dataLabel={t('artifacts.platforms.platform')}>
              {image.platform === '' ? t('artifacts.platforms.none') : image.platform}
            </Td>
            <Td dataLabel={t('artifacts.platforms.digest')}>
              <DigestLink digest={image.digest} isCopied />
            </Td>
            <Td dataLabel={t('artifacts.platforms.size')} className="m-right">
              <Size of={image.digest} details={details} />
            </Td>
            <Td dataLabel={t('artifacts.platforms.pulled')}>
              {details?.has(image.digest) && <Time value={details.get(image.digest)?.pull_time} />}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Attestations({ attestations, details }: { attestations: Attestation[]; details: Details }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t('artifacts.platforms.attestations')} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>{t('artifacts.platforms.about')}</Th>
          <Th>{t('artifacts.platforms.digest')}</Th>
          <Th className="m-right">{t('artifacts.platforms.size')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {attestations.map(({ digest, about, aboutPlatform }) => (
          <Tr key={digest}>
            <Td dataLabel={t('artifacts.platforms.about')}>
              {aboutPlatform ?? (about === undefined ? t('artifacts.platforms.none') : shortDigest(about))}
            </Td>
            <Td dataLabel={t('artifacts.platforms.digest')}>
              <DigestLink digest={digest} isCopied />
            </Td>
            <Td dataLabel={t('artifacts.platforms.size')} className="m-right">
              <Size of={digest} details={details} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Size({ of: digest, details }: { of: string; details: Details }) {
  const { t } = useTranslation();
  if (details === undefined) return null;
  const found = details.get(digest);
  return <>{found === undefined ? t('artifacts.platforms.missing') : formatBytes(found.size ?? 0)}</>;
}
