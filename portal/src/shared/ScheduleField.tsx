import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
} from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { cronOf, nextRun, parseCron, SCHEDULE_TYPES, type CronProblem, type Schedule } from './cron';
import { Field } from './Field';
import { Time } from './Time';
import { useCronText } from './useCronText';
import '@/features/policies/texts';

interface Props {
  value: Schedule;
  onChange: (value: Schedule) => void;
  label?: string;
  /** What the types are for here; without it what `None` means is said. */
  hint?: string;
  isDisabled?: boolean;
}

/** When a job runs by itself: never, by the clock, or by a cron line; says what that comes to, and when next. */
export function ScheduleField({ value, onChange, label, hint, isDisabled }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <>
      <FormGroup label={label ?? t('policies.schedule.label')} fieldId={id}>
        <FormSelect
          id={id}
          value={value.type}
          isDisabled={isDisabled}
          aria-describedby={`${id}-help`}
          onChange={(_, type) => {
            const chosen = SCHEDULE_TYPES.find((one) => one === type);
            // A line to begin with: the one of what was chosen before.
            if (chosen !== undefined) onChange({ type: chosen, cron: value.cron || cronOf(value) });
          }}
        >
          {SCHEDULE_TYPES.map((type) => (
            <FormSelectOption key={type} value={type} label={t(`policies.schedule.types.${type}`)} />
          ))}
        </FormSelect>
        <FormHelperText>
          <HelperText id={`${id}-help`}>
            {hint && <HelperTextItem>{hint}</HelperTextItem>}
            {value.type === 'None' ? (
              <HelperTextItem>{t('policies.schedule.noneHint')}</HelperTextItem>
            ) : (
              <ScheduleSummary cron={cronOf(value)} />
            )}
          </HelperText>
        </FormHelperText>
      </FormGroup>
      {value.type === 'Custom' && (
        <CronField cron={value.cron} onChange={(cron) => onChange({ ...value, cron })} isDisabled={isDisabled} />
      )}
    </>
  );
}

function CronField({
  cron,
  onChange,
  isDisabled,
}: {
  cron: string;
  onChange: (cron: string) => void;
  isDisabled?: boolean;
}) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { problem } = parseCron(cron);
  return (
    <Field
      label={t('policies.schedule.cron')}
      value={cron}
      onChange={onChange}
      hint={t('policies.schedule.cronHint')}
      error={problem && problem.kind !== 'empty' ? problemText(problem) : null}
      isRequired
      isDisabled={isDisabled}
    />
  );
}

/** What a line comes to, and when it is next; nothing while the line is none. */
function ScheduleSummary({ cron: line }: { cron: string }) {
  const { t } = useTranslation();
  const text = useCronText();
  const [now] = useState(() => new Date());
  const { cron } = parseCron(line);
  if (cron === undefined) return null;
  return (
    <HelperTextItem>
      {t('policies.schedule.runs', { when: text(cron) })} {t('policies.schedule.next')}{' '}
      <Time value={nextRun(cron, now)?.toISOString()} />
    </HelperTextItem>
  );
}

function useProblemText(): (problem: CronProblem) => string {
  const { t } = useTranslation();
  return (problem) => {
    if ('field' in problem) {
      const field = t(`policies.schedule.fields.${problem.field}`);
      return t(`policies.schedule.problems.${problem.kind}`, { field, part: problem.part });
    }
    if (problem.kind === 'fieldCount') return t('policies.schedule.problems.fieldCount', { count: problem.count });
    return t(`policies.schedule.problems.${problem.kind}`);
  };
}
