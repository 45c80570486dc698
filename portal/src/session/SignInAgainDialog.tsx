import { Button, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Dialog } from '@/shared/Dialog';
import { SignInForm } from './SignInForm';

interface Props {
  /** Whose session it was. */
  name: string;
  onAnswer: (signedIn: boolean) => void;
}

export default function SignInAgainDialog({ name, onAnswer }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog variant="small" aria-labelledby="session-ended">
      <ModalHeader
        title={t('session.endedTitle')}
        description={t('session.endedBody', { name })}
        labelId="session-ended"
      />
      <ModalBody>
        <SignInForm username={name} onDone={() => onAnswer(true)} />
      </ModalBody>
      <ModalFooter>
        <Button
          variant="link"
          onClick={() => {
            onAnswer(false);
            window.location.assign('/account/sign-in');
          }}
        >
          {t('session.leave')}
        </Button>
      </ModalFooter>
    </Dialog>
  );
}
