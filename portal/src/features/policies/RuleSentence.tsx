import { Fragment } from 'react';
import type { RulePart } from './useRuleText';

/** A rule as a sentence, its patterns set apart. */
export function RuleSentence({ parts, isOff }: { parts: RulePart[]; isOff?: boolean }) {
  return (
    <span className={isOff ? 'm-rule m-rule-off' : 'm-rule'}>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && !('words' in part && part.words.startsWith(',')) && ' '}
          {'words' in part ? part.words : <code>{part.pattern}</code>}
        </Fragment>
      ))}
    </span>
  );
}
