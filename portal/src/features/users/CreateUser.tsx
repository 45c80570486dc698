import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createUser } from '@/api/generated';
import { isProfile, isUsername, type Profile } from '@/features/account/profile';
import { ProfileFields } from '@/features/account/ProfileFields';
import { SecretFields } from '@/features/account/SecretFields';
import { isAccepted, NO_SECRET } from '@/features/account/secrets';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import '@/features/account/texts';
import './texts';

const NO_PROFILE: Profile = { realname: '', email: '', comment: '' };

export function CreateUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [username, setUsername] = useState('');
  const [profile, setProfile] = useState(NO_PROFILE);
  const [password, setPassword] = useState(NO_SECRET);
  const create = useAction({
    run: () => createUser({ body: { username, password: password.value, ...profile } }),
    changes: [['users']],
    done: t('users.createdToast', { name: username }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('users.createTitle')}
      submit={t('common.create')}
      isValid={isUsername(username) && isProfile(profile) && isAccepted(password)}
      action={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Field
        label={t('account.username')}
        autoComplete="off"
        autoFocus
        value={username}
        onChange={setUsername}
        error={username === '' || isUsername(username) ? null : t('users.usernameInvalid')}
        isRequired
      />
      <ProfileFields profile={profile} onChange={setProfile} />
      <SecretFields
        label={t('users.password')}
        repeatLabel={t('users.repeatPassword')}
        secret={password}
        onChange={setPassword}
      />
    </FormDialog>
  );
}
