import { Alert, Button, ModalBody, ModalFooter, ModalHeader, Title } from '@patternfly/react-core';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { useSession } from '@/session/session';
import { CodeToCopy, CopyButton } from '@/shared/Copy';
import { Dialog } from '@/shared/Dialog';
import { Facts } from '@/shared/Facts';
import { dockerLogin, fileName, skopeoLogin } from './commands';
import './account.css';
import './texts';

interface Props {
  title: string;
  /** What the secret logs in as. */
  name: string;
  secret: string;
  onClose: () => void;
}

/** The one time a secret is shown. Only its button closes it: neither Escape nor a click beside it, by mistake. */
export default function SecretDialog({ title, name, secret, onClose }: Props) {
  const { t } = useTranslation();
  const { system } = useSession();
  const id = useId();
  const login = {
    registry: system.registry_url || window.location.host,
    name,
    secret,
    isPlainHttp: window.location.protocol === 'http:',
  };
  return (
    <Dialog variant="medium" aria-labelledby={`${id}-title`} elementToFocus={`#${id}-download`}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody className="m-secret">
        <Alert variant="warning" isInline title={t('account.once')} component="p">
          {t('account.onceHint')}
        </Alert>
        <Facts
          columns={1}
          facts={[
            [t('account.loginName'), <Copied key="name" text={name} label={t('account.copyName')} />],
            [t('account.secretValue'), <Copied key="secret" text={secret} label={t('account.copySecret')} />],
          ]}
        />
        <Title headingLevel="h2" size="md">
          {t('account.dockerLogin')}
        </Title>
        <CodeToCopy code={dockerLogin(login)} label={t('account.dockerLogin')} />
        <Title headingLevel="h2" size="md">
          {t('account.skopeoLogin')}
        </Title>
        <CodeToCopy code={skopeoLogin(login)} label={t('account.skopeoLogin')} />
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{t('account.onceClose')}</Button>
        <Button id={`${id}-download`} variant="secondary" icon={<DownloadIcon />} onClick={() => save(name, secret)}>
          {t('account.downloadSecret')}
        </Button>
      </ModalFooter>
    </Dialog>
  );
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <>
      <code>{text}</code> <CopyButton text={text} label={label} />
    </>
  );
}

/** Gives the browser a file to keep; the address of it is gone afterwards. */
function save(name: string, secret: string): void {
  const content = new Blob([`${JSON.stringify({ name, secret }, null, 2)}\n`], { type: 'application/json' });
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(name);
  link.click();
  URL.revokeObjectURL(address);
}
