/** Selectors of rules: which repositories, and which tags, a rule is about. Pure. */

import type { SelectorView } from '@/api/generated';
import { matchesPattern, patternProblem } from './patterns';

export const REPOSITORY_DECORATIONS = ['repoMatches', 'repoExcludes'] as const;
export const TAG_DECORATIONS = ['matches', 'excludes'] as const;

export type Decoration = (typeof REPOSITORY_DECORATIONS)[number] | (typeof TAG_DECORATIONS)[number];

/** What the server takes of either kind in one rule. */
export const MAX_SELECTORS = 10;

/** Both kinds of rules have them in the same places. */
export interface Selecting {
  tag_selectors?: SelectorView[] | null;
  scope_selectors?: Record<string, SelectorView[] | null> | null;
}

/** What a new rule begins with: everything. */
export function allTags(): SelectorView[] {
  return [{ kind: 'doublestar', decoration: 'matches', pattern: '**' }];
}

export function allRepositories(): SelectorView[] {
  return [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }];
}

export function tagsOf(rule: Selecting): SelectorView[] {
  return rule.tag_selectors ?? [];
}

export function repositoriesOf(rule: Selecting): SelectorView[] {
  return rule.scope_selectors?.repository ?? [];
}

/** Selectors as a form has them: clients may leave out what means everything. */
export function editable(selectors: SelectorView[], decorations: readonly Decoration[]): SelectorView[] {
  const there = selectors.length === 0 ? [{}] : selectors;
  return there.map((selector: SelectorView) => ({
    ...selector,
    kind: 'doublestar',
    decoration: selector.decoration || decorations[0],
    pattern: selector.pattern || '**',
  }));
}

export function isExcluding(selector: SelectorView): boolean {
  return selector.decoration === 'excludes' || selector.decoration === 'repoExcludes';
}

export function areSelectorsValid(selectors: SelectorView[]): boolean {
  return selectors.length > 0 && selectors.every((selector) => patternProblem(selector.pattern ?? '') === null);
}

/** Whether all selectors choose a name; none at all, or a pattern that is malformed, choose nothing. */
export function choosesName(selectors: SelectorView[], name: string): boolean {
  return (
    areSelectorsValid(selectors) &&
    selectors.every((selector) => matchesPattern(selector.pattern ?? '', name) !== isExcluding(selector))
  );
}

/** Whether a retention rule chooses artifacts without tags: all its selectors have to. */
export function choosesUntagged(selectors: SelectorView[]): boolean {
  return selectors.every((selector) => {
    const said = untaggedExtra(selector.extras);
    return said === null || said !== isExcluding(selector);
  });
}

/** What extras say: of a selector that excludes, that it excludes artifacts without tags as well. */
function untaggedExtra(extras: string | undefined): boolean | null {
  if (!extras) return null;
  try {
    const value: unknown = JSON.parse(extras);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const said: unknown = 'untagged' in value ? value.untagged : false;
    return typeof said === 'boolean' ? said : null;
  } catch {
    return null;
  }
}

/** The selectors, choosing artifacts without tags or not. */
export function withUntagged(selectors: SelectorView[], isIncluded: boolean): SelectorView[] {
  return selectors.map((selector) => ({
    ...selector,
    extras: JSON.stringify({ untagged: isIncluded !== isExcluding(selector) }),
  }));
}
