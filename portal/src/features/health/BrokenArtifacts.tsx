import { Button, List, ListItem, Skeleton } from '@patternfly/react-core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { BrokenArtifactView, ListBrokenArtifactsResponses } from '@/api/generated';
import { client } from '@/api/generated/client.gen';
import { page } from '@/api/pages';
import { ErrorAlert } from '@/shared/Failure';
import { shortDigest } from '@/shared/format';
import { addressOf } from './addressOf';
import './texts';

const PAGE_SIZE = 25;

/** As `listBrokenArtifacts`, which would write the colon as %3A: the server takes a digest only as it is here. */
function listBroken(digest: string, number: number) {
  return client.get<ListBrokenArtifactsResponses>({
    url: `/system/integrity/blobs/${digest}/artifacts`,
    query: { page: number, page_size: PAGE_SIZE },
  });
}

/** The artifacts that cannot be pulled because of one blob. */
export function BrokenArtifacts({ digest }: { digest: string }) {
  const { t } = useTranslation();
  const artifacts = useInfiniteQuery({
    queryKey: ['health', 'quarantine', 'artifacts', digest],
    queryFn: ({ pageParam }) => page(listBroken(digest, pageParam)),
    initialPageParam: 1,
    getNextPageParam: (last, _, number) => (number * PAGE_SIZE < last.total ? number + 1 : undefined),
  });
  if (artifacts.error) return <ErrorAlert error={artifacts.error} onRetry={() => void artifacts.refetch()} />;
  if (artifacts.data === undefined) return <Skeleton screenreaderText={t('common.loading')} />;
  const found = artifacts.data.pages.flatMap(({ items }) => items);
  if (found.length === 0) return <p>{t('health.blobs.noneBroken')}</p>;
  return (
    <>
      <List aria-label={t('health.blobs.brokenList', { digest: shortDigest(digest) })} isPlain>
        {found.map((artifact) => (
          <ListItem key={`${artifact.repository}@${artifact.digest}`}>
            <Artifact artifact={artifact} />
          </ListItem>
        ))}
      </List>
      {artifacts.hasNextPage && (
        <Button
          variant="link"
          isInline
          isLoading={artifacts.isFetchingNextPage}
          onClick={() => void artifacts.fetchNextPage()}
        >
          {t('health.blobs.moreBroken')}
        </Button>
      )}
    </>
  );
}

function Artifact({ artifact }: { artifact: BrokenArtifactView }) {
  const { t } = useTranslation();
  const { repository, digest, tags } = artifact;
  const name = `${repository}@${shortDigest(digest)}`;
  const to = addressOf(repository, digest);
  return (
    <>
      {to === null ? name : <Link to={to}>{name}</Link>}{' '}
      {tags.length === 0 ? t('health.blobs.untagged') : tags.join(', ')}
    </>
  );
}
