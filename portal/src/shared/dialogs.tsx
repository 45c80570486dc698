/** Dialogs: for what cannot be taken back lightly, and for forms. They show the error of what they did. */

import { Button, Form, FormGroup, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { Dialog } from './Dialog';
import { ErrorAlert } from './Failure';

/** The part of a mutation that a dialog needs. */
interface Running {
  isPending: boolean;
  error: Error | null;
}

interface ConfirmProps {
  title: string;
  /** What will be lost, and how long it can be undone. */
  children: ReactNode;
  /** The word on the button: what it does. */
  confirm: string;
  /** Has to be typed first, for what takes much with it. */
  typed?: string;
  danger?: boolean;
  action: Running;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is lost. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  typed,
  danger = true,
  action,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState('');
  return (
    <Dialog variant="small" onClose={onClose} aria-labelledby={`${id}-title`} aria-describedby={`${id}-body`}>
      <ModalHeader title={title} titleIconVariant={danger ? 'warning' : undefined} labelId={`${id}-title`} />
      <ModalBody id={`${id}-body`}>
        {action.error && <ErrorAlert error={action.error} />}
        {children}
        {typed !== undefined && (
          <Form
            onSubmit={(event) => {
              event.preventDefault();
              if (text === typed && !action.isPending) onConfirm();
            }}
          >
            <FormGroup label={t('common.typeToConfirm', { name: typed })} fieldId={`${id}-typed`}>
              <TextInput id={`${id}-typed`} value={text} onChange={(_, value) => setText(value)} autoComplete="off" />
            </FormGroup>
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        <Button
          variant={danger ? 'danger' : 'primary'}
          onClick={onConfirm}
          isLoading={action.isPending}
          isDisabled={action.isPending || (typed !== undefined && text !== typed)}
        >
          {confirm}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </ModalFooter>
    </Dialog>
  );
}

interface FormProps {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** The word on the button. */
  submit: string;
  /** The word on the other one, where nothing is given up by leaving. */
  leave?: string;
  /** False while something that is needed is missing. */
  isValid?: boolean;
  action: Running;
  onSubmit: () => void;
  onClose: () => void;
  variant?: 'small' | 'medium' | 'large';
}

/** A form in a dialog; Enter submits it. */
export function FormDialog({
  title,
  description,
  children,
  submit,
  leave,
  isValid = true,
  action,
  onSubmit,
  onClose,
  variant = 'medium',
}: FormProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog variant={variant} onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={title} description={description} labelId={`${id}-title`} />
      <ModalBody>
        <Form
          id={id}
          onSubmit={(event) => {
            event.preventDefault();
            if (isValid && !action.isPending) onSubmit();
          }}
        >
          {action.error && <ErrorAlert error={action.error} />}
          {children}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={id} isLoading={action.isPending} isDisabled={!isValid || action.isPending}>
          {submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          {leave ?? t('common.cancel')}
        </Button>
      </ModalFooter>
    </Dialog>
  );
}
