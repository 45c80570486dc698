import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { deleteLabel, type LabelView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { LabelChip } from './LabelChip';
import { changedWith, type Scope } from './useLabels';
import './texts';

export default function DeleteLabel({
  scope,
  label,
  onClose,
}: {
  scope: Scope;
  label: LabelView;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const remove = useAction({
    run: () => deleteLabel({ path: { label_id: label.id } }),
    changes: changedWith(scope),
    done: t('labels.deletedToast', { name: label.name }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('labels.deleteTitle', { name: label.name })}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>
          <LabelChip name={label.name} color={label.color} />
        </p>
        <p>{t(scope.scope === 'g' ? 'labels.lostGlobal' : 'labels.lostProject')}</p>
        <p>{t('common.cannotBeUndone')}</p>
      </Content>
    </ConfirmDialog>
  );
}
