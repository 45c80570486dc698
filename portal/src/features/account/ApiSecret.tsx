import { ActionGroup, Button, Content, Form } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { setCliSecret, type UserView } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { SecretChoice } from './SecretChoice';
import { GENERATED, generateSecret, isComplete } from './secrets';
import './texts';

const SecretDialog = lazy(() => import('./SecretDialog'));

/** The secret that users of an identity provider have for clients: generated and shown once, or typed. */
export function ApiSecret({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState(GENERATED);
  const [shown, setShown] = useState<string | null>(null);
  const set = useAction({
    run: async () => {
      const secret = choice.isTyped ? choice.typed.value : generateSecret();
      await setCliSecret({ path: { user_id: user.user_id }, body: { secret } });
      return secret;
    },
    done: t('account.secretChanged'),
    onDone: (secret) => {
      if (!choice.isTyped) setShown(secret);
      setChoice({ ...GENERATED, isTyped: choice.isTyped });
      set.reset();
    },
  });
  const isValid = isComplete(choice);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !set.isPending) set.mutate();
      }}
    >
      <Content component="p">{t('account.secretIntro')}</Content>
      {set.error && <ErrorAlert error={set.error} />}
      <SecretChoice choice={choice} onChange={setChoice} />
      <ActionGroup>
        <Button type="submit" isLoading={set.isPending} isDisabled={!isValid || set.isPending}>
          {t('account.secretSet')}
        </Button>
      </ActionGroup>
      <Suspense>
        {shown !== null && (
          <SecretDialog
            title={t('account.secretTitle', { name: user.username })}
            name={user.username}
            secret={shown}
            onClose={() => setShown(null)}
          />
        )}
      </Suspense>
    </Form>
  );
}
