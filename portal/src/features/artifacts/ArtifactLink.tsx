import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { artifactAddress } from '@/features/repositories/addresses';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { CopyButton } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';

/** The way to another artifact of the repository, by its digest. */
export function ArtifactLink({ repository, digest }: { repository: RepositoryPlace; digest: string }) {
  const { t } = useTranslation();
  return (
    <span className="m-nowrap">
      <Link to={artifactAddress(repository.project.project_id, repository.name, digest)}>
        <code>{shortDigest(digest)}</code>
      </Link>
      <CopyButton text={digest} label={`${t('common.copy')} ${shortDigest(digest)}`} />
    </span>
  );
}
