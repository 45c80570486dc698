import { useTranslation } from '@/texts';
import type { RetentionRuleView, RuleView, SelectorView } from '@/api/generated';
import { isTemplate, numberOf } from './retention';
import { choosesUntagged, isExcluding, repositoriesOf, tagsOf, type Selecting } from './selectors';
import './texts';

/** A piece of a sentence: words, or a pattern. */
export type RulePart = { words: string } | { pattern: string };

export function plainText(parts: RulePart[]): string {
  return parts
    .map((part) => ('words' in part ? part.words : part.pattern))
    .join(' ')
    .replaceAll(' ,', ',');
}

/** Rules as sentences, in parts. */
export function useRuleText() {
  const { t } = useTranslation();
  const chosen = (selectors: SelectorView[], first: 'repositories' | 'tags' | 'subject'): RulePart[] =>
    selectors.flatMap((selector, index) => [
      { words: t(`policies.rule.${index === 0 ? first : 'and'}.${isExcluding(selector) ? 'excludes' : 'matches'}`) },
      // Without a pattern everything matches.
      { pattern: selector.pattern || '**' },
    ]);
  const template = (rule: RetentionRuleView): string => {
    const { template: name = '' } = rule;
    return isTemplate(name)
      ? t(`policies.rule.templates.${name}`, { count: numberOf(rule) ?? 0 })
      : t('policies.rule.templates.unknown', { name });
  };
  return {
    /** Keep the 10 most recently pushed artifacts of repositories matching ** with tags matching **, untagged included */
    retention: (rule: RetentionRuleView): RulePart[] => [
      { words: template(rule) },
      ...chosen(repositoriesOf(rule), 'repositories'),
      ...chosen(tagsOf(rule), 'tags'),
      { words: t(choosesUntagged(tagsOf(rule)) ? 'policies.rule.untagged' : 'policies.rule.notUntagged') },
    ],
    /** Tags matching v* of repositories matching ** cannot be moved or deleted */
    immutable: (rule: Selecting & RuleView): RulePart[] => [
      ...chosen(tagsOf(rule), 'subject'),
      ...chosen(repositoriesOf(rule), 'repositories'),
      { words: t('policies.rule.immutable') },
    ],
  };
}
