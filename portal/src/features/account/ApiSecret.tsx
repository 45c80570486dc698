import { ActionGroup, Button, Content, Form, FormGroup, Radio } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { setCliSecret, type UserView } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { SecretFields } from './SecretFields';
import { generateSecret, isAccepted, NO_SECRET } from './secrets';
import './texts';

const SecretDialog = lazy(() => import('./SecretDialog'));

/** The secret that users of an identity provider have for clients: generated and shown once, or typed. */
export function ApiSecret({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const [isTyped, setTyped] = useState(false);
  const [wanted, setWanted] = useState(NO_SECRET);
  const [shown, setShown] = useState<string | null>(null);
  const set = useAction({
    run: async () => {
      const secret = isTyped ? wanted.value : generateSecret();
      await setCliSecret({ path: { user_id: user.user_id }, body: { secret } });
      return secret;
    },
    done: t('account.secretChanged'),
    onDone: (secret) => {
      if (!isTyped) setShown(secret);
      setWanted(NO_SECRET);
      set.reset();
    },
  });
  const isValid = !isTyped || isAccepted(wanted);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !set.isPending) set.mutate();
      }}
    >
      <Content component="p">{t('account.secretIntro')}</Content>
      {set.error && <ErrorAlert error={set.error} />}
      <FormGroup role="radiogroup" label={t('account.secretValue')}>
        <Radio
          id="api-secret-generate"
          name="api-secret"
          label={t('account.secretGenerate')}
          isChecked={!isTyped}
          onChange={() => setTyped(false)}
        />
        <Radio
          id="api-secret-typed"
          name="api-secret"
          label={t('account.secretTyped')}
          isChecked={isTyped}
          onChange={() => setTyped(true)}
        />
      </FormGroup>
      {isTyped && (
        <SecretFields
          label={t('account.secretValue')}
          repeatLabel={t('account.secretRepeat')}
          secret={wanted}
          onChange={setWanted}
        />
      )}
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
