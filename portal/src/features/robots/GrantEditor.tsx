import { Button, Checkbox, Flex, Form } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { limited, patternProblem, type Grant } from './grants';
import { PermissionMatrix } from './PermissionMatrix';
import { limitable, PRESETS, type Matrix, type Right } from './rights';
import './texts';

interface Props {
  /** Where the rights are, for those who cannot see it. */
  place: string;
  grant: Grant;
  matrix: Matrix;
  onChange: (grant: Grant) => void;
}

/** Rights in one place: the matrix, what is mostly chosen, and in projects the repositories they are limited to. */
export function GrantEditor({ place, grant, matrix, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { patterns } = grant;
  const possible = patterns === null ? matrix : limitable(matrix);
  const set = (rights: readonly Right[]) => onChange({ ...grant, rights: new Set(rights) });
  return (
    <Form className="m-grant" onSubmit={(event) => event.preventDefault()}>
      <Flex>
        {grant.kind === 'project' && (
          <>
            <Button variant="secondary" size="sm" onClick={() => set(PRESETS.pull)}>
              {t('robots.presetPull')}
            </Button>
            <Button variant="secondary" size="sm" onClick={() => set(PRESETS.push)}>
              {t('robots.presetPush')}
            </Button>
          </>
        )}
        <Button variant="link" size="sm" isDisabled={grant.rights.size === 0} onClick={() => set([])}>
          {t('robots.presetNothing')}
        </Button>
      </Flex>
      {grant.kind === 'project' && (
        <Checkbox
          id={`${id}-limited`}
          label={t('robots.limit')}
          description={t('robots.limitHint')}
          isChecked={patterns !== null}
          onChange={(_, isLimited) => onChange(limited(grant, isLimited, matrix))}
        />
      )}
      {patterns !== null && (
        <Patterns patterns={patterns} onChange={(text) => onChange({ ...grant, patterns: text })} />
      )}
      <PermissionMatrix
        label={t('robots.matrixOf', { place })}
        matrix={possible}
        rights={grant.rights}
        onChange={(rights) => onChange({ ...grant, rights })}
      />
    </Form>
  );
}

function Patterns({ patterns, onChange }: { patterns: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const problem = patternProblem(patterns);
  let error: string | null = null;
  if (problem === 'many') error = t('robots.patternsMany');
  else if (problem !== null && problem !== 'none') error = t('robots.patternsInvalid', problem);
  return (
    <Field
      label={t('robots.patterns')}
      value={patterns}
      onChange={onChange}
      hint={t('robots.patternsHint')}
      error={error}
      isMultiline
      isRequired
    />
  );
}
