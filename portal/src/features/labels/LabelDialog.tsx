import { FormGroup } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createLabel, updateLabel, type LabelView } from '@/api/generated';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import { ColorChoice } from './ColorChoice';
import { PALETTE } from './colors';
import { LabelChip } from './LabelChip';
import { changedWith, type Scope } from './useLabels';
import './texts';

/** What the API takes. */
const MAX_NAME = 128;
const MAX_DESCRIPTION = 4_096;

interface Props {
  scope: Scope;
  /** The label to change; without it a new one is made. */
  label?: LabelView;
  onClose: () => void;
}

/** A label's name, description and colour, with how it will look. */
export default function LabelDialog({ scope, label, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(label?.name ?? '');
  const [description, setDescription] = useState(label?.description ?? '');
  const [color, setColor] = useState<string>(label === undefined ? PALETTE[8] : (label.color ?? ''));
  const isNameValid = name !== '' && name.length <= MAX_NAME;
  const isDescriptionValid = description.length <= MAX_DESCRIPTION;
  const save = useAction({
    run: async () => {
      const body = { name, description, color };
      if (label === undefined) await createLabel({ body: { ...body, ...scope } });
      else await updateLabel({ path: { label_id: label.id }, body });
    },
    changes: changedWith(scope),
    done: t(label === undefined ? 'labels.createdToast' : 'labels.changedToast', { name }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={label === undefined ? t('labels.createTitle') : t('labels.editTitle', { name: label.name })}
      submit={label === undefined ? t('common.create') : t('common.save')}
      isValid={isNameValid && isDescriptionValid}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Field
        label={t('common.name')}
        value={name}
        onChange={setName}
        error={name.length > MAX_NAME ? t('labels.tooLong', { count: MAX_NAME }) : null}
        autoFocus
        isRequired
      />
      <Field
        label={t('common.description')}
        value={description}
        onChange={setDescription}
        error={isDescriptionValid ? null : t('labels.tooLong', { count: MAX_DESCRIPTION })}
      />
      <ColorChoice value={color} given={label && (label.color ?? '')} onChange={setColor} />
      <FormGroup label={t('labels.preview')}>
        <LabelChip name={name || t('labels.sample')} color={color} />
      </FormGroup>
    </FormDialog>
  );
}
