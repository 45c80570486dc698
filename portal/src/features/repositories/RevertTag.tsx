import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { revertTag, type TagLifetimeView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { ConfirmDialog } from '@/shared/dialogs';
import { shortDigest } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { useRepository } from './useRepository';
import './texts';

/** Asks before a tag names again what it named before. */
export default function RevertTag({ lifetime, onClose }: { lifetime: TagLifetimeView; onClose: () => void }) {
  const { t } = useTranslation();
  const { project, name, fullName } = useRepository();
  const { tag, digest } = lifetime;
  const revert = useAction({
    run: () =>
      revertTag({
        path: { project_name: String(project.project_id), repository_name: name, tag },
        body: { digest },
      }),
    changes: [projectKey(project.project_id)],
    done: t('repositories.history.reverted', { tag, digest: shortDigest(digest) }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('repositories.history.revertTitle', { tag })}
      confirm={t('repositories.history.revertConfirm')}
      danger={false}
      action={revert}
      onConfirm={() => revert.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>
          {t('repositories.history.revertExplained', { name: `${fullName}:${tag}` })} <code>{shortDigest(digest)}</code>
        </p>
        <p>{t('repositories.history.revertHint')}</p>
      </Content>
    </ConfirmDialog>
  );
}
