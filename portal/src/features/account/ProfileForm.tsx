import { ActionGroup, Button, Form } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useUnsaved } from '@/app/leaving';
import { updateUserProfile } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { isProfile, isSame, type Profile } from './profile';
import { ProfileFields } from './ProfileFields';
import './texts';

export function ProfileForm({ userId, saved }: { userId: number; saved: Profile }) {
  const { t } = useTranslation();
  const [profile, setProfile] = useState(saved);
  const save = useAction({
    run: () => updateUserProfile({ path: { user_id: userId }, body: profile }),
    changes: [['session'], ['users']],
    done: t('account.saved'),
  });
  useUnsaved(!isSame(profile, saved) && !save.isPending);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (isProfile(profile) && !save.isPending) save.mutate();
      }}
    >
      {save.error && <ErrorAlert error={save.error} />}
      <ProfileFields profile={profile} onChange={setProfile} />
      <ActionGroup>
        <Button type="submit" isLoading={save.isPending} isDisabled={!isProfile(profile) || save.isPending}>
          {t('common.save')}
        </Button>
      </ActionGroup>
    </Form>
  );
}
