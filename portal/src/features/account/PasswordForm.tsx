import { ActionGroup, Button, Content, Form } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateUserPassword, type UserView } from '@/api/generated';
import { hasStatus } from '@/api/errors';
import { signIn } from '@/session/signIn';
import { ErrorAlert } from '@/shared/Failure';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import { SecretFields } from './SecretFields';
import { isAccepted, NO_SECRET } from './secrets';
import './texts';

/** Changes the password of who is signed in, who stays so. */
export function PasswordForm({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const [present, setPresent] = useState('');
  const [wanted, setWanted] = useState(NO_SECRET);
  const change = useAction({
    run: async () => {
      await updateUserPassword({
        path: { user_id: user.user_id },
        body: { old_password: present, new_password: wanted.value },
      });
      // The server ends every session, this one as well. Should it not let us in again, the next request asks who we are.
      await signIn(user.username, wanted.value).catch(() => undefined);
    },
    done: t('account.passwordChanged'),
    onDone: () => {
      setPresent('');
      setWanted(NO_SECRET);
    },
  });
  // Not that it is forbidden: the present password was another one.
  const isWrong = hasStatus(change.error, 403);
  const isValid = present !== '' && isAccepted(wanted);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !change.isPending) change.mutate();
      }}
    >
      <Content component="p">{t('account.passwordIntro')}</Content>
      {change.error && !isWrong && <ErrorAlert error={change.error} />}
      {/* Password managers want to know whose it is. */}
      <input type="hidden" name="username" autoComplete="username" value={user.username} readOnly />
      <Field
        label={t('account.oldPassword')}
        type="password"
        autoComplete="current-password"
        value={present}
        onChange={(text) => {
          setPresent(text);
          change.reset();
        }}
        error={isWrong ? change.error?.message : null}
        isRequired
      />
      <SecretFields
        label={t('account.newPassword')}
        repeatLabel={t('account.repeatPassword')}
        secret={wanted}
        onChange={setWanted}
      />
      <ActionGroup>
        <Button type="submit" isLoading={change.isPending} isDisabled={!isValid || change.isPending}>
          {t('account.changePassword')}
        </Button>
      </ActionGroup>
    </Form>
  );
}
