import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { EVENTS } from './policy';
import { useEventName } from './useEventName';
import './webhooks.css';
import './texts';

interface Props {
  /** The events the server can tell of. */
  supported: string[];
  value: string[];
  onChange: (value: string[]) => void;
}

/** What is told of. */
export function EventFields({ supported, value, onChange }: Props) {
  const { t } = useTranslation();
  const eventName = useEventName();
  const id = useId();
  // Those that have names first, in our order; then what a newer server may have.
  const known = EVENTS.filter((event) => supported.includes(event));
  const others = supported.filter((event) => !EVENTS.some((one) => one === event));
  return (
    <FormGroup label={t('webhooks.events')} role="group" fieldId={id} isRequired>
      <div className="m-events">
        {[...known, ...others].map((event) => (
          <Checkbox
            key={event}
            id={`${id}-${event}`}
            label={eventName(event)}
            isChecked={value.includes(event)}
            onChange={(_, isChecked) =>
              onChange(isChecked ? [...value, event] : value.filter((other) => other !== event))
            }
          />
        ))}
      </div>
      {value.length === 0 && (
        <FormHelperText>
          <HelperText isLiveRegion>
            <HelperTextItem variant="error">{t('webhooks.form.eventsInvalid')}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
