import { Content, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { createUserGroup, deleteUserGroup, updateUserGroup, type GroupView } from '@/api/generated';
import { createdId } from '@/api/pages';
import { useSession } from '@/session/session';
import { ConfirmDialog, FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import { INTERNAL, isGroupName, kindsOf } from './types';
import './texts';

export type Opened = { act: 'create' } | { act: 'rename' | 'delete'; group: GroupView };

interface Props {
  opened: Opened;
  onClose: () => void;
  /** Of a page that is about the group. */
  onDeleted?: () => void;
}

export default function GroupDialogs({ opened, onClose, onDeleted }: Props) {
  switch (opened.act) {
    case 'create':
      return <Create onClose={onClose} />;
    case 'rename':
      return <Rename group={opened.group} onClose={onClose} />;
    case 'delete':
      return <Delete group={opened.group} onClose={onClose} onDeleted={onDeleted ?? onClose} />;
  }
}

function Create({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { system } = useSession();
  const kinds = kindsOf(system.auth_mode);
  const [name, setName] = useState('');
  const [kind, setKind] = useState(kinds[0] ?? INTERNAL);
  const create = useAction({
    run: () => createdId(createUserGroup({ body: { group_name: name, group_type: kind } })),
    changes: [['groups']],
    done: t('groups.createdToast', { name }),
    // Next its members are said.
    onDone: (id) => (kind === INTERNAL ? void navigate(`/harbor/groups/${id}`) : onClose()),
  });
  return (
    <FormDialog
      title={t('groups.createTitle')}
      submit={t('common.create')}
      isValid={isGroupName(name)}
      action={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
      variant="small"
    >
      <NameField name={name} onChange={setName} />
      {kinds.length > 1 && (
        <FormGroup label={t('groups.kind')} fieldId="group-kind">
          <FormSelect id="group-kind" value={kind} onChange={(_, value) => setKind(Number(value))}>
            {kinds.map((value) => (
              <FormSelectOption
                key={value}
                value={value}
                label={t(value === INTERNAL ? 'groups.kinds.2' : 'groups.kinds.3')}
              />
            ))}
          </FormSelect>
        </FormGroup>
      )}
    </FormDialog>
  );
}

function Rename({ group, onClose }: { group: GroupView; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(group.group_name);
  const rename = useAction({
    run: () => updateUserGroup({ path: { group_id: group.id }, body: { group_name: name } }),
    changes: [['groups']],
    done: t('groups.renamedToast', { name }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('groups.renameTitle', { name: group.group_name })}
      submit={t('groups.rename')}
      isValid={isGroupName(name) && name !== group.group_name}
      action={rename}
      onSubmit={() => rename.mutate()}
      onClose={onClose}
      variant="small"
    >
      <NameField name={name} onChange={setName} />
    </FormDialog>
  );
}

function NameField({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('common.name')}
      autoComplete="off"
      autoFocus
      value={name}
      onChange={onChange}
      error={name === '' || isGroupName(name) ? null : t('groups.nameInvalid')}
      isRequired
    />
  );
}

function Delete({ group, onClose, onDeleted }: { group: GroupView; onClose: () => void; onDeleted: () => void }) {
  const { t } = useTranslation();
  const remove = useAction({
    run: () => deleteUserGroup({ path: { group_id: group.id } }),
    changes: [['groups', 'list']],
    done: t('groups.deletedToast', { name: group.group_name }),
    onDone: onDeleted,
  });
  return (
    <ConfirmDialog
      title={t('groups.deleteTitle', { name: group.group_name })}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>{t('groups.deleteBody')}</p>
        <p>{t('common.cannotBeUndone')}</p>
      </Content>
    </ConfirmDialog>
  );
}
