import { Checkbox, FormGroup, Radio } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { ROLES } from '@/features/projects/roles';
import { Field } from '@/shared/Field';
import type { RoleChoice } from './limits';
import './texts';
import '@/features/projects/texts';

interface Props {
  value: RoleChoice;
  onChange: (choice: RoleChoice) => void;
  /** Not where several members may have limits of their own. */
  hasLimit?: boolean;
}

/** A role with what it allows, and the repositories it is for. */
export function RoleFields({ value, onChange, hasLimit = true }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <>
      <FormGroup role="radiogroup" label={t('members.role')} fieldId={id}>
        {ROLES.map((role) => (
          <Radio
            key={role}
            id={`${id}-${role}`}
            name={id}
            label={t(`projects.roles.${role}`)}
            description={t(`members.allows.${role}`)}
            isChecked={value.role === role}
            onChange={() => onChange({ ...value, role })}
          />
        ))}
      </FormGroup>
      {hasLimit && (
        <Checkbox
          id={`${id}-limit`}
          label={t('members.limit')}
          description={t('members.limitHint')}
          isChecked={value.isLimited}
          onChange={(_, isLimited) => onChange({ ...value, isLimited })}
        />
      )}
      {hasLimit && value.isLimited && (
        <Field
          label={t('members.patterns')}
          value={value.repositories}
          onChange={(repositories) => onChange({ ...value, repositories })}
          hint={t('members.patternsHint')}
          isMultiline
          isRequired
        />
      )}
    </>
  );
}
