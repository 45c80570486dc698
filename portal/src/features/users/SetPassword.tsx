import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateUserPassword, type UserView } from '@/api/generated';
import { SecretFields } from '@/features/account/SecretFields';
import { isAccepted, NO_SECRET } from '@/features/account/secrets';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

/** Gives somebody else a password. */
export function SetPassword({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState(NO_SECRET);
  const save = useAction({
    run: () => updateUserPassword({ path: { user_id: user.user_id }, body: { new_password: password.value } }),
    done: t('users.passwordToast', { name: user.username }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('users.passwordTitle', { name: user.username })}
      description={t('users.passwordHint')}
      submit={t('users.setPassword')}
      isValid={isAccepted(password)}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      variant="small"
    >
      <SecretFields
        label={t('users.password')}
        repeatLabel={t('users.repeatPassword')}
        secret={password}
        onChange={setPassword}
      />
    </FormDialog>
  );
}
