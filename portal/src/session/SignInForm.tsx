import { ActionGroup, Alert, Button, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { hasStatus } from '@/api/errors';
import { ErrorAlert } from '@/shared/Failure';
import { signIn } from './signIn';

/** Name and password. `username`: whose session it was, which cannot be changed then. */
export function SignInForm({ username: fixed, onDone }: { username?: string; onDone: () => void | Promise<void> }) {
  const { t } = useTranslation();
  const id = useId();
  const [username, setUsername] = useState(fixed ?? '');
  const [password, setPassword] = useState('');
  const attempt = useMutation({ mutationFn: () => signIn(username, password), onSuccess: onDone });
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (!attempt.isPending) attempt.mutate();
      }}
    >
      {attempt.error && <Refusal error={attempt.error} />}
      <FormGroup label={t('session.username')} fieldId={`${id}-name`}>
        <TextInput
          id={`${id}-name`}
          value={username}
          onChange={(_, value) => setUsername(value)}
          autoComplete="username"
          autoFocus={fixed === undefined}
          readOnlyVariant={fixed === undefined ? undefined : 'default'}
          isRequired
        />
      </FormGroup>
      <FormGroup label={t('session.password')} fieldId={`${id}-password`}>
        <TextInput
          id={`${id}-password`}
          type="password"
          value={password}
          onChange={(_, value) => setPassword(value)}
          autoComplete="current-password"
          autoFocus={fixed !== undefined}
          isRequired
        />
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isBlock isLoading={attempt.isPending} isDisabled={username === '' || password === ''}>
          {t('common.signIn')}
        </Button>
      </ActionGroup>
    </Form>
  );
}

function Refusal({ error }: { error: Error }) {
  const { t } = useTranslation();
  if (hasStatus(error, 401)) return <Alert variant="danger" isInline title={t('session.wrong')} />;
  if (hasStatus(error, 429)) return <Alert variant="danger" isInline title={t('session.locked')} />;
  return <ErrorAlert error={error} />;
}
