import type { IAction } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { useCanInProject } from '@/session/session';
import type { Opened } from './ArtifactDialog';
import './texts';

/** What can be done with an artifact of a list, by whoever sits there. */
export function useArtifactActions(projectId: number) {
  const { t } = useTranslation();
  const can = useCanInProject(projectId);
  return (artifact: ArtifactView, open: (dialog: Opened) => void): IAction[] => [
    { title: t('repositories.pull.title'), onClick: () => open({ what: 'pull', artifact }) },
    ...(can('tag', 'create') || can('tag', 'delete')
      ? [{ title: t('repositories.changeTags'), onClick: () => open({ what: 'tags', artifact }) }]
      : []),
    ...(can('artifact-label', 'create')
      ? [{ title: t('repositories.labels.change'), onClick: () => open({ what: 'labels', artifact }) }]
      : []),
    ...(can('artifact', 'create')
      ? [{ title: t('repositories.copy.action'), onClick: () => open({ what: 'copy', artifact }) }]
      : []),
    ...(can('artifact', 'delete')
      ? [
          { isSeparator: true },
          {
            title: t('common.delete'),
            isDanger: true,
            onClick: () => open({ what: 'delete', artifacts: [artifact] }),
          },
        ]
      : []),
  ];
}
