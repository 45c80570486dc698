import { Checkbox, FormGroup } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import './trash.css';
import './texts';

interface Props {
  tags: string[];
  /** How many the deletion took away; of more than the API names, only all can come back. */
  total: number;
  /** Those that stay in the trash. */
  left: ReadonlySet<string>;
  setLeft: (left: ReadonlySet<string>) => void;
}

/** Which of its tags come back with something. */
export function TagChoice({ tags, total, left, setLeft }: Props) {
  const { t } = useTranslation();
  const id = useId();
  if (total > tags.length) return <p>{t('trash.allTags', { count: total })}</p>;
  const toggle = (tag: string, on: boolean) => {
    const after = new Set(left);
    if (on) after.delete(tag);
    else after.add(tag);
    setLeft(after);
  };
  return (
    <FormGroup role="group" label={t('trash.whichTags')} fieldId={id}>
      <div className="m-tag-choice">
        {tags.map((tag, index) => (
          <Checkbox
            key={tag}
            id={`${id}-${index}`}
            label={tag}
            isChecked={!left.has(tag)}
            onChange={(_, on) => toggle(tag, on)}
          />
        ))}
      </div>
    </FormGroup>
  );
}
