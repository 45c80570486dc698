import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateUserProfile, type UserView } from '@/api/generated';
import { isProfile, profileOf } from '@/features/account/profile';
import { ProfileFields } from '@/features/account/ProfileFields';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

export function EditProfile({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { t } = useTranslation();
  const [profile, setProfile] = useState(() => profileOf(user));
  const save = useAction({
    run: () => updateUserProfile({ path: { user_id: user.user_id }, body: profile }),
    // It may be one's own.
    changes: [['users'], ['session']],
    done: t('users.changedToast', { name: user.username }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('users.profileTitle', { name: user.username })}
      submit={t('common.save')}
      isValid={isProfile(profile)}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      variant="small"
    >
      <ProfileFields profile={profile} onChange={setProfile} />
    </FormDialog>
  );
}
