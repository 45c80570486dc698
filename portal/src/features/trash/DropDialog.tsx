import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { TrashEntryView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { wordOf } from './entries';
import type { Trash } from './TrashTable';
import './texts';

interface Props {
  entry: TrashEntryView;
  trash: Trash;
  onClose: () => void;
}

/** Asks before a deletion is for good. */
export default function DropDialog({ entry, trash, onClose }: Props) {
  const { t } = useTranslation();
  const drop = useAction({
    run: () => trash.drop(entry),
    changes: trash.changes,
    done: t('trash.dropped', { name: entry.resource }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('trash.dropTitle')}
      confirm={t('trash.dropConfirm')}
      typed={wordOf(entry)}
      action={drop}
      onConfirm={() => drop.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>
          <strong>{entry.resource}</strong>
        </p>
        <p>
          {t('trash.dropLoses')} {t('common.cannotBeUndone')}
        </p>
      </Content>
    </ConfirmDialog>
  );
}
