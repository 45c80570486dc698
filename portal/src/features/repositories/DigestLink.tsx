import { Tooltip } from '@patternfly/react-core';
import { Link } from 'react-router';
import { CopyButton } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';
import { useTranslation } from '@/texts';
import { artifactAddress } from './addresses';
import { useRepository } from './useRepository';
import './repositories.css';

/** The short digest as the way to the artifact's page, and, where wanted, the whole one to copy. */
export function DigestLink({ digest, isCopied = false }: { digest: string; isCopied?: boolean }) {
  const { t } = useTranslation();
  const { project, name } = useRepository();
  return (
    <span className="m-nowrap m-digest">
      <Tooltip content={digest}>
        <Link to={artifactAddress(project.project_id, name, digest)}>
          <code>{shortDigest(digest)}</code>
        </Link>
      </Tooltip>
      {isCopied && <CopyButton text={digest} label={`${t('common.copy')} ${shortDigest(digest)}`} />}
    </span>
  );
}
