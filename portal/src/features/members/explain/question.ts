/** Questions about access: who, what, and where. Pure. */

import type { ExplainRequest } from '@/api/generated';
import { isOfRepositories, partsOf, rowOf, type Matrix } from '@/features/robots/rights';

export const KINDS = ['user', 'robot', 'anonymous'] as const;

export type Kind = (typeof KINDS)[number];

/** A question as it is chosen and typed. */
export interface Question {
  kind: Kind;
  /** As the account logs in; of no meaning for who has not signed in. */
  name: string;
  resource: string;
  action: string;
  /** A repository without its project, maybe with a tag or digest; empty: the project as a whole. */
  reference: string;
}

/** What is asked mostly. */
export function firstQuestion(name: string): Question {
  return { kind: 'user', name, resource: 'repository', action: 'push', reference: '' };
}

export function isComplete({ kind, name }: Question): boolean {
  return kind === 'anonymous' || name.trim() !== '';
}

/** The question for the API. `place`: host and project, before names that were copied out of commands. */
export function requestOf({ kind, name, resource, action, reference }: Question, place: string): ExplainRequest {
  const where = isOfRepositories(resource) ? withoutPlace(reference, place) : '';
  return {
    principal: { type: kind, name: kind === 'anonymous' ? '' : name.trim() },
    resource,
    action,
    ...(where === '' ? {} : { reference: where }),
  };
}

function withoutPlace(reference: string, place: string): string {
  const name = reference.trim();
  return name.startsWith(`${place}/`) ? name.slice(place.length + 1) : name;
}

/** What can be done with a resource. */
export function actionsOf(matrix: Matrix, resource: string): string[] {
  return rowOf(matrix, resource).map((right) => partsOf(right)[1]);
}

/** The question about another resource: with the same action where there is one. */
export function about(question: Question, resource: string, matrix: Matrix): Question {
  const actions = actionsOf(matrix, resource);
  const action = actions.includes(question.action) ? question.action : (actions[0] ?? '');
  return { ...question, resource, action };
}
